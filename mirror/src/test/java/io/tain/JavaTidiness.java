package io.tain;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Looks for what is too long, or badly named, in Java sources as the JDK's compiler parses them. */
final class JavaTidiness {
    private static final int FILE_LINES = 500;
    private static final int METHOD_LINES = 70;
    private static final int PARAMETERS = 6;
    private static final int RECORD_COMPONENTS = 8;
    private static final Pattern EMPTY_NAME = Pattern.compile("Abstract.*|.*(Manager|Helper|Utils?|Impl)");
    private static final Pattern LEFT_OVER = Pattern.compile("\\b(TO" + "DO|FIX" + "ME)\\b");

    private final List<String> problems = new ArrayList<>();

    /** What is wrong in these files, each with file and line. */
    List<String> problems(List<Path> files) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(diagnostics, null, null)) {
            Iterable<? extends JavaFileObject> sources = manager.getJavaFileObjectsFromPaths(files);
            JavacTask task =
                    (JavacTask) compiler.getTask(null, manager, diagnostics, List.of("-proc:none"), null, sources);
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                look(unit, positions);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        diagnostics.getDiagnostics().forEach(diagnostic -> problems.add("does not parse: " + diagnostic));
        return problems;
    }

    private void look(CompilationUnitTree unit, SourcePositions positions) throws IOException {
        String file = unit.getSourceFile().getName();
        List<String> lines = Files.readAllLines(Path.of(file));
        if (lines.size() > FILE_LINES) {
            problems.add(file + ": has " + lines.size() + ", more than " + FILE_LINES + " lines");
        }
        for (int i = 0; i < lines.size(); i++) {
            if (LEFT_OVER.matcher(lines.get(i)).find()) {
                problems.add(file + ":" + (i + 1) + ": " + lines.get(i).strip());
            }
        }
        new Scanner(unit, positions).scan(unit, null);
    }

    private final class Scanner extends TreePathScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;

        Scanner(CompilationUnitTree unit, SourcePositions positions) {
            this.unit = unit;
            this.positions = positions;
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            String name = type.getSimpleName().toString();
            if (EMPTY_NAME.matcher(name).matches()) {
                report(type, "the name " + name + " does not say what the class is");
            }
            if (type.getKind() == Tree.Kind.RECORD) {
                long components = type.getMembers().stream()
                        .filter(VariableTree.class::isInstance)
                        .map(member -> ((VariableTree) member).getModifiers())
                        .filter(modifiers -> !modifiers.getFlags().contains(Modifier.STATIC))
                        .count();
                if (components > RECORD_COMPONENTS) {
                    report(type, name + " has " + components + " components, more than " + RECORD_COMPONENTS);
                }
            }
            return super.visitClass(type, null);
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            boolean constructor = method.getName().contentEquals("<init>");
            String name = constructor
                    ? enclosing().getSimpleName().toString()
                    : method.getName().toString();
            boolean ofRecord = constructor && enclosing().getKind() == Tree.Kind.RECORD;
            if (!ofRecord && method.getParameters().size() > PARAMETERS) {
                report(method, name + " has " + method.getParameters().size() + " parameters, more than " + PARAMETERS);
            }
            measure(method, name);
            return super.visitMethod(method, null);
        }

        @Override
        public Void visitBlock(BlockTree block, Void nothing) {
            if (getCurrentPath().getParentPath().getLeaf() instanceof ClassTree) {
                measure(block, "an initializer");
            }
            return super.visitBlock(block, null);
        }

        @Override
        public Void visitVariable(VariableTree variable, Void nothing) {
            Tree value = variable.getInitializer();
            if (value instanceof LambdaExpressionTree
                    && getCurrentPath().getParentPath().getLeaf() instanceof ClassTree) {
                measure(value, variable.getName().toString());
            }
            return super.visitVariable(variable, null);
        }

        @Override
        public Void visitAnnotation(AnnotationTree annotation, Void nothing) {
            if (annotation.getAnnotationType().toString().matches("(.*\\.)?Disabled")) {
                report(annotation, "@Disabled: mend the test, or remove it");
            }
            return super.visitAnnotation(annotation, null);
        }

        @Override
        public Void visitMemberSelect(MemberSelectTree select, Void nothing) {
            String on = select.getExpression().toString();
            if (select.getIdentifier().contentEquals("sleep")
                    && on.matches("(.*\\.)?(Thread|TimeUnit(\\..*)?|[A-Z]+)")) {
                report(select, on + ".sleep: wait for what should happen");
            }
            return super.visitMemberSelect(select, null);
        }

        private ClassTree enclosing() {
            TreePath path = getCurrentPath().getParentPath();
            return (ClassTree) path.getLeaf();
        }

        /** Lines from the first word, annotations left out, to the closing brace. */
        private void measure(Tree part, String name) {
            LineMap lines = unit.getLineMap();
            long start = positions.getStartPosition(unit, part);
            if (part instanceof MethodTree method) {
                ModifiersTree modifiers = method.getModifiers();
                for (AnnotationTree annotation : modifiers.getAnnotations()) {
                    start = Math.max(start, positions.getEndPosition(unit, annotation) + 1);
                }
            }
            long end = positions.getEndPosition(unit, part);
            if (start < 0 || end < start) {
                return; // made by the compiler
            }
            long count = lines.getLineNumber(end) - lines.getLineNumber(start) + 1;
            if (count > METHOD_LINES) {
                report(part, name + " has " + count + " lines, more than " + METHOD_LINES);
            }
        }

        private void report(Tree place, String problem) {
            long line = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, place));
            problems.add(unit.getSourceFile().getName() + ":" + line + ": " + problem);
        }
    }
}
