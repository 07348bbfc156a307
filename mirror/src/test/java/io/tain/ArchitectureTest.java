package io.tain;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysFalse;
import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.tain.config.LinkConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The mirror's packages depend on each other in one direction, and the rest of ARCHITECTURE.md's import rules hold. */
class ArchitectureTest {
    /** What each package may use of the others: {@code cli → admin → link → source, target, offset, topic → wire, batch → config}. */
    private static final Map<String, Set<String>> MAY_USE = new TreeMap<>(Map.ofEntries(
            entry("io.tain.config", Set.of()),
            entry("io.tain.batch", Set.of("io.tain.config")),
            entry("io.tain.wire", Set.of("io.tain.config")),
            entry("io.tain.source", Set.of("io.tain.wire", "io.tain.batch", "io.tain.config")),
            entry("io.tain.target", Set.of("io.tain.wire", "io.tain.batch", "io.tain.config")),
            entry("io.tain.offset", Set.of("io.tain.wire", "io.tain.batch", "io.tain.config")),
            entry("io.tain.topic", Set.of("io.tain.wire", "io.tain.batch", "io.tain.config")),
            entry("io.tain.inspect", Set.of("io.tain.wire", "io.tain.config")),
            entry("io.tain.state", Set.of("io.tain.wire", "io.tain.config")),
            entry(
                    "io.tain.failover",
                    Set.of(
                            "io.tain.verify",
                            "io.tain.inspect",
                            "io.tain.offset",
                            "io.tain.state",
                            "io.tain.wire",
                            "io.tain.config")),
            entry("io.tain.verify", Set.of("io.tain.inspect", "io.tain.wire", "io.tain.batch", "io.tain.config")),
            entry(
                    "io.tain.link",
                    Set.of(
                            "io.tain.source",
                            "io.tain.target",
                            "io.tain.offset",
                            "io.tain.topic",
                            "io.tain.state",
                            "io.tain.wire",
                            "io.tain.batch",
                            "io.tain.config")),
            entry("io.tain.admin", Set.of("io.tain.link", "io.tain.config")),
            // The handler interface that operators' classes implement has to stand in kafka.tools and kafka.consumer.
            entry(
                    "io.tain.cli",
                    Set.of(
                            "kafka.tools",
                            "kafka.consumer",
                            "io.tain.failover",
                            "io.tain.verify",
                            "io.tain.inspect",
                            "io.tain.admin",
                            "io.tain.link",
                            "io.tain.source",
                            "io.tain.target",
                            "io.tain.offset",
                            "io.tain.topic",
                            "io.tain.state",
                            "io.tain.wire",
                            "io.tain.batch",
                            "io.tain.config")),
            entry("kafka", Set.of("io.tain.cli", "kafka.tools", "kafka.consumer"))));

    /** Kafka's packages with published Javadoc; what is below one of them is not meant. */
    private static final Set<String> PUBLIC_KAFKA = Set.of(
            "org.apache.kafka.clients.admin",
            "org.apache.kafka.clients.consumer",
            "org.apache.kafka.clients.producer",
            "org.apache.kafka.common",
            "org.apache.kafka.common.acl",
            "org.apache.kafka.common.annotation",
            "org.apache.kafka.common.config",
            "org.apache.kafka.common.config.provider",
            "org.apache.kafka.common.errors",
            "org.apache.kafka.common.header",
            "org.apache.kafka.common.metrics",
            "org.apache.kafka.common.quota",
            "org.apache.kafka.common.resource",
            "org.apache.kafka.common.security.auth",
            "org.apache.kafka.common.serialization");

    /** Single classes beside these packages, with the reason. */
    private static final Set<String> ALSO_ALLOWED = Set.of(
            // Part of ConsumerRecord's public methods.
            "org.apache.kafka.common.record.TimestampType",
            // The only Headers there is; a handler must be given a ConsumerRecord with headers that it can change.
            "org.apache.kafka.common.header.internals.RecordHeaders");

    private static final ArchRule ONLY_WIRE_USES_KAFKA_INTERNALS = noClasses()
            .that()
            .resideOutsideOfPackage("io.tain.wire")
            .should()
            .dependOnClassesThat(describe("are not of Kafka's public API", ArchitectureTest::isKafkaInternal))
            .as("only wire uses Kafka's non-public classes");

    private static final ArchRule ONLY_WIRE_MAKES_CLIENTS = noClasses()
            .that()
            .resideOutsideOfPackage("io.tain.wire")
            .should()
            .accessTargetWhere(targetIs("a new client of Kafka's", access -> {
                JavaClass owner = access.getTargetOwner();
                String name = access.getTarget().getName();
                return (name.equals("create") && owner.isAssignableTo(org.apache.kafka.clients.admin.Admin.class))
                        || (name.equals("<init>")
                                && (owner.isAssignableTo(org.apache.kafka.clients.consumer.Consumer.class)
                                        || owner.isAssignableTo(org.apache.kafka.clients.producer.Producer.class)));
            }))
            .as("only wire makes Kafka's clients, since theirs read answers of any length");

    private static final ArchRule ONLY_CLI_SPEAKS_TO_THE_PROCESS = noClasses()
            .that()
            .resideOutsideOfPackage("io.tain.cli")
            .should()
            .accessTargetWhere(targetIs("System.exit, out, err or Runtime.exit, halt, addShutdownHook", access -> {
                String owner = access.getTargetOwner().getName();
                String name = access.getTarget().getName();
                return (owner.equals("java.lang.System")
                                && Set.of("exit", "out", "err", "in").contains(name))
                        || (owner.equals("java.lang.Runtime")
                                && Set.of("exit", "halt", "addShutdownHook").contains(name));
            }))
            .as("only cli ends the process, or reads and writes its streams");

    private static final ArchRule NO_REFLECTION = noClasses()
            .that(areNone(
                    // MirrorMaker's --message.handler and --consumer.rebalance.listener name classes.
                    "io.tain.cli.PluginLoader",
                    // The JDK's class for signals can't be compiled against without a warning.
                    "io.tain.cli.ProcessSignals"))
            .should()
            .accessTargetWhere(targetIs("java.lang.reflect or class loading by name", access -> {
                JavaClass owner = access.getTargetOwner();
                return owner.getPackageName().equals("java.lang.reflect")
                        || owner.isAssignableTo(ClassLoader.class)
                        || (owner.getName().equals("java.lang.Class")
                                && access.getTarget()
                                        .getName()
                                        .matches(
                                                "forName|newInstance|get(Declared)?.*(s|r|d)" + "|getDeclaredFields?"));
            }))
            .as("no reflection outside the loader of operators' classes");

    private static final ArchRule NO_SLEEP = noClasses()
            .should()
            .accessTargetWhere(targetIs(
                    "Thread.sleep",
                    access -> access.getTargetOwner().isEquivalentTo(Thread.class)
                            && access.getTarget().getName().equals("sleep")))
            .as("nothing sleeps: waits end when what they wait for happens");

    private static final ArchRule ONLY_LINK_CREATES_THREADS = noClasses()
            .that()
            .resideOutsideOfPackage("io.tain.link")
            .and(areNone(
                    // The thread that ends a process whose mirror doesn't stop in time.
                    "io.tain.cli.MirrorProcess",
                    // Its few threads wait for clients, and never touch the mirror's.
                    "io.tain.admin.AdminServer"))
            .should()
            .accessTargetWhere(targetIs("a new thread", access -> {
                JavaClass owner = access.getTargetOwner();
                String name = access.getTarget().getName();
                return (name.equals("<init>") && owner.isAssignableTo(Thread.class))
                        || (name.equals("<init>") && owner.isAssignableTo(java.util.Timer.class))
                        || owner.isEquivalentTo(java.util.concurrent.Executors.class)
                        || (name.equals("<init>") && owner.isAssignableTo(java.util.concurrent.Executor.class))
                        || (owner.isEquivalentTo(java.util.concurrent.CompletableFuture.class)
                                && name.endsWith("Async"))
                        || name.equals("parallelStream");
            }))
            .as("only link creates threads");

    private static final ArchRule TIME_IS_GIVEN = noClasses()
            .that()
            .resideInAnyPackage("io.tain.config", "io.tain.batch", "io.tain.offset", "io.tain.source", "io.tain.target")
            .should()
            .accessTargetWhere(targetIs("a clock or chance", access -> {
                String owner = access.getTargetOwner().getName();
                String name = access.getTarget().getName();
                return (owner.equals("java.lang.System")
                                && Set.of("nanoTime", "currentTimeMillis").contains(name))
                        || (owner.startsWith("java.time.") && name.equals("now"))
                        || owner.equals("java.util.concurrent.ThreadLocalRandom")
                        || (owner.equals("java.lang.Math") && name.equals("random"));
            }))
            .as("the data path's logic is told the time");

    private static final ArchRule ONE_LOGGER = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.logging..", "org.apache.log4j..", "org.apache.commons.logging..")
            .as("logs go to slf4j");

    private static final JavaClasses MAIN = new ClassFileImporter()
            .importUrl(LinkConfig.class.getProtectionDomain().getCodeSource().getLocation());

    private static Path classes;

    @BeforeAll
    static void compileOffences(@TempDir Path directory) throws IOException {
        classes = compile(directory);
    }

    static Stream<ArchRule> rules() {
        List<ArchRule> rules = new ArrayList<>(List.of(
                knownPackages(),
                ONLY_WIRE_USES_KAFKA_INTERNALS,
                ONLY_WIRE_MAKES_CLIENTS,
                ONLY_CLI_SPEAKS_TO_THE_PROCESS,
                NO_REFLECTION,
                NO_SLEEP,
                ONLY_LINK_CREATES_THREADS,
                TIME_IS_GIVEN,
                ONE_LOGGER));
        MAY_USE.keySet().forEach(name -> rules.add(direction(name)));
        return rules.stream();
    }

    /**
     * A class that breaks a rule.
     *
     * @param rule the rule
     * @param packageName the class's package
     * @param className its name
     * @param body what stands between its braces
     */
    private record Offence(ArchRule rule, String packageName, String className, String body) {
        @Override
        public String toString() {
            return rule.getDescription() + ": " + packageName + " " + body;
        }
    }

    private static Offence offence(ArchRule rule, String packageName, String body) {
        String text = rule.getDescription() + packageName + body;
        return new Offence(rule, packageName, "Offender" + Integer.toHexString(text.hashCode()), body);
    }

    private static final List<Offence> OFFENCES = List.of(
            offence(knownPackages(), "io.tain.extra", ""),
            offence(direction("io.tain.config"), "io.tain.config", "io.tain.batch.MirrorBatch field;"),
            offence(direction("io.tain.batch"), "io.tain.batch", "io.tain.wire.Leader field;"),
            offence(direction("io.tain.wire"), "io.tain.wire", "io.tain.batch.MirrorBatch field;"),
            offence(direction("io.tain.source"), "io.tain.source", "io.tain.target.TargetWriter field;"),
            offence(direction("io.tain.target"), "io.tain.target", "io.tain.offset.OffsetTracker field;"),
            offence(direction("io.tain.offset"), "io.tain.offset", "io.tain.topic.TopicState field;"),
            offence(direction("io.tain.topic"), "io.tain.topic", "io.tain.source.SourceReader field;"),
            offence(direction("io.tain.link"), "io.tain.link", "io.tain.cli.Tain field;"),
            offence(direction("io.tain.verify"), "io.tain.verify", "io.tain.source.SourceReader field;"),
            offence(direction("io.tain.failover"), "io.tain.failover", "io.tain.link.Mirror field;"),
            offence(direction("io.tain.inspect"), "io.tain.inspect", "io.tain.link.Mirror field;"),
            offence(direction("io.tain.link"), "io.tain.link", "io.tain.admin.AdminServer field;"),
            offence(direction("io.tain.state"), "io.tain.state", "io.tain.offset.OffsetTracker field;"),
            offence(direction("io.tain.admin"), "io.tain.admin", "io.tain.source.SourceReader field;"),
            offence(direction("kafka"), "kafka.tools", "io.tain.link.Mirror field;"),
            offence(ONLY_WIRE_USES_KAFKA_INTERNALS, "io.tain.target", "org.apache.kafka.common.utils.Time field;"),
            offence(ONLY_WIRE_USES_KAFKA_INTERNALS, "io.tain.link", "org.apache.kafka.clients.NetworkClient field;"),
            offence(
                    ONLY_WIRE_MAKES_CLIENTS,
                    "io.tain.state",
                    "Object made = new org.apache.kafka.clients.consumer.KafkaConsumer<>(java.util.Map.of());"),
            offence(
                    ONLY_WIRE_MAKES_CLIENTS,
                    "io.tain.link",
                    "Object made = org.apache.kafka.clients.admin.Admin.create(java.util.Map.of());"),
            offence(ONLY_CLI_SPEAKS_TO_THE_PROCESS, "io.tain.link", "void run() { System.exit(1); }"),
            offence(ONLY_CLI_SPEAKS_TO_THE_PROCESS, "io.tain.link", "void run() { System.out.println(1); }"),
            offence(ONLY_CLI_SPEAKS_TO_THE_PROCESS, "kafka.tools", "void run() { System.err.println(1); }"),
            offence(
                    ONLY_CLI_SPEAKS_TO_THE_PROCESS,
                    "io.tain.link",
                    "java.util.function.IntConsumer end = Runtime.getRuntime()::halt;"),
            offence(NO_REFLECTION, "io.tain.config", "Object run() throws Exception { return Class.forName(\"x\"); }"),
            offence(
                    NO_REFLECTION,
                    "io.tain.cli",
                    "Object run() throws Exception { return getClass().getMethod(\"x\").invoke(this); }"),
            offence(
                    NO_REFLECTION,
                    "io.tain.cli",
                    "Object run() { return new java.net.URLClassLoader(new java.net.URL[0]); }"),
            offence(NO_SLEEP, "io.tain.link", "void run() throws Exception { Thread.sleep(1); }"),
            offence(ONLY_LINK_CREATES_THREADS, "io.tain.source", "Thread thread = new Thread(() -> {});"),
            offence(
                    ONLY_LINK_CREATES_THREADS,
                    "io.tain.topic",
                    "Object pool = java.util.concurrent.Executors.newCachedThreadPool();"),
            offence(
                    ONLY_LINK_CREATES_THREADS,
                    "io.tain.cli",
                    "Object later = java.util.concurrent.CompletableFuture.runAsync(() -> {});"),
            offence(TIME_IS_GIVEN, "io.tain.target", "long now() { return System.nanoTime(); }"),
            offence(TIME_IS_GIVEN, "io.tain.source", "Object now() { return java.time.Instant.now(); }"),
            offence(ONE_LOGGER, "io.tain.link", "java.util.logging.Logger logger;"));

    static Stream<Offence> offences() {
        return OFFENCES.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void shouldKeepTheRule(ArchRule rule) {
        rule.check(MAIN);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("offences")
    void shouldCatchAnOffence(Offence offence) {
        Path file = classes.resolve(offence.packageName().replace('.', '/')).resolve(offence.className() + ".class");
        JavaClasses offender = new ClassFileImporter().importPath(file);

        boolean caught = offence.rule().evaluate(offender).hasViolation();

        assertThat(caught).isTrue();
    }

    @Test
    void shouldLookAtTheWholeProduct() {
        assertThat(MAIN.stream().map(JavaClass::getPackageName).collect(Collectors.toSet()))
                .contains("io.tain.link", "io.tain.wire", "io.tain.batch", "kafka.tools");
    }

    private static ArchRule knownPackages() {
        return classes()
                .should()
                .resideInAnyPackage(Stream.concat(MAY_USE.keySet().stream(), Stream.of("kafka.tools", "kafka.consumer"))
                        .toArray(String[]::new))
                .as("every package is one that ARCHITECTURE.md names");
    }

    private static ArchRule direction(String name) {
        Set<String> allowed = MAY_USE.get(name);
        return noClasses()
                .that()
                .resideInAnyPackage(name.equals("kafka") ? "kafka.." : name)
                .should()
                .dependOnClassesThat(describe("of a package it may not use", used -> {
                    String other = used.getPackageName();
                    boolean ours = other.startsWith("io.tain") || other.equals("kafka") || other.startsWith("kafka.");
                    return ours && !other.equals(name) && !allowed.contains(other);
                }))
                .as(name + " uses only " + (allowed.isEmpty() ? "itself" : allowed));
    }

    private static boolean isKafkaInternal(JavaClass used) {
        String name = used.getName();
        return name.startsWith("org.apache.kafka.")
                && !PUBLIC_KAFKA.contains(used.getPackageName())
                && !ALSO_ALLOWED.contains(name);
    }

    private static DescribedPredicate<JavaClass> areNone(String... names) {
        DescribedPredicate<JavaClass> named = alwaysFalse();
        for (String name : names) {
            named = named.or(describe(
                    name, type -> type.getName().equals(name) || type.getName().startsWith(name + "$")));
        }
        return DescribedPredicate.not(named);
    }

    private static DescribedPredicate<JavaAccess<?>> targetIs(
            String what, java.util.function.Predicate<JavaAccess<?>> test) {
        return describe(what, test);
    }

    /** Compiles a class for each offence, against the product but not part of it; returns where they are. */
    private static Path compile(Path directory) throws IOException {
        Path output = Files.createDirectory(directory.resolve("classes"));
        List<String> arguments = new ArrayList<>(
                List.of("-proc:none", "-cp", System.getProperty("java.class.path"), "-d", output.toString()));
        for (Offence offence : OFFENCES) {
            Path source = directory.resolve(offence.className() + ".java");
            Files.writeString(
                    source,
                    "package " + offence.packageName() + "; class " + offence.className() + " { " + offence.body()
                            + " }");
            arguments.add(source.toString());
        }
        int status = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertThat(status).as("the offences compile").isZero();
        return output;
    }
}
