package io.tain.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import javax.tools.ToolProvider;

/**
 * A bug put into the production code's text. The changed classes are compiled anew and loaded, with all others of ours, beside
 * the real ones, so that the production code needs no switches for them.
 *
 * @param name what the bug does
 * @param edits what is changed
 * @param firstSeed the first simulation to try: bugs that show rarely would take long to find from the beginning
 */
record PlantedBug(String name, List<Edit> edits, long firstSeed) {
    /**
     * @param file of {@code io.tain}
     * @param from text that occurs there once
     * @param to what stands there instead
     */
    record Edit(String file, String from, String to) {}

    static PlantedBug of(String name, Edit... edits) {
        return new PlantedBug(name, List.of(edits), 1);
    }

    PlantedBug showsAt(long seed) {
        return new PlantedBug(name, edits, seed);
    }

    @Override
    public String toString() {
        return name;
    }

    /** Compiles the bug into a folder; the function runs a simulation with it. */
    LongFunction<Optional<String>> plant(Path folder) throws IOException, ReflectiveOperationException {
        Path output = Files.createDirectories(folder.resolve("classes"));
        List<String> arguments = new ArrayList<>(List.of(
                "-proc:none", "-nowarn", "-cp", System.getProperty("java.class.path"), "-d", output.toString()));
        for (Map.Entry<String, String> source : sources().entrySet()) {
            Path file = folder.resolve(Path.of(source.getKey()).getFileName());
            Files.writeString(file, source.getValue());
            arguments.add(file.toString());
        }
        int status = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertThat(status).as("%s compiles", name).isZero();
        Class<?> simulation = new BuggyLoader(output).loadClass(Simulation.class.getName());
        return seed -> {
            try {
                Optional<?> failure =
                        (Optional<?>) simulation.getMethod("run", long.class).invoke(null, seed);
                return failure.map(Object::toString);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private Map<String, String> sources() throws IOException {
        Map<String, String> sources = new LinkedHashMap<>();
        for (Edit edit : edits) {
            String text = sources.get(edit.file);
            if (text == null) {
                text = Files.readString(
                        root().resolve("mirror/src/main/java/io/tain").resolve(edit.file));
            }
            int first = text.indexOf(edit.from);
            assertThat(first >= 0 && first == text.lastIndexOf(edit.from))
                    .as("%s changed: '%s' should stand there once; plant '%s' anew", edit.file, edit.from, name)
                    .isTrue();
            sources.put(edit.file, text.replace(edit.from, edit.to));
        }
        return sources;
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("ARCHITECTURE.md"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    /** Loads our classes itself, those with the bug first, and leaves all others to the ordinary loader. */
    private static final class BuggyLoader extends URLClassLoader {
        BuggyLoader(Path buggy) throws IOException {
            super(
                    new URL[] {
                        buggy.toUri().toURL(),
                        Simulation.class.getProtectionDomain().getCodeSource().getLocation(),
                        io.tain.link.Mirror.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                    },
                    Simulation.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.tain.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
    }
}
