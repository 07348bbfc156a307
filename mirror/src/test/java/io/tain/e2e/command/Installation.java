package io.tain.e2e.command;

import io.tain.e2e.fault.TainProcess;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The scripts and the shipped jars in a directory of their own, as an operator installs them. */
final class Installation {
    private final Path home;

    private Installation(Path home) {
        this.home = home;
    }

    static Installation in(Path home) throws IOException {
        Path module = TainProcess.module();
        Files.createDirectories(home.resolve("bin"));
        for (String script : List.of("tain", "bin/kafka-mirror-maker.sh", "bin/kafka-run-class.sh")) {
            Path copy = Files.copy(module.getParent().resolve(script), home.resolve(script));
            if (!copy.toFile().setExecutable(true)) {
                throw new IOException("cannot make " + copy + " executable");
            }
        }
        Path lib = Files.createDirectories(home.resolve("lib"));
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(module.resolve("target/lib"), "*.jar");
                DirectoryStream<Path> own = Files.newDirectoryStream(module.resolve("target"), "tain-mirror-*.jar")) {
            for (Path jar : jars) {
                Files.copy(jar, lib.resolve(jar.getFileName()));
            }
            for (Path jar : own) {
                Files.copy(jar, lib.resolve(jar.getFileName()));
            }
        }
        return new Installation(home);
    }

    /** From then on its mirrors make and use an archive of classes. */
    Installation withClassList() throws IOException {
        String list = "lib/tain.classlist";
        Files.copy(TainProcess.module().resolve("target").resolve(list), home.resolve(list));
        return this;
    }

    Path home() {
        return home;
    }

    /** Starts a command in a directory, with these variables added to the environment. */
    static TainProcess start(Path directory, Map<String, String> environment, List<?> command) {
        List<String> words = new ArrayList<>();
        command.forEach(word -> words.add(word.toString()));
        ProcessBuilder builder = new ProcessBuilder(words).directory(directory.toFile());
        builder.environment().putAll(environment);
        builder.environment().put("KAFKA_HEAP_OPTS", "-Xmx128m");
        return TainProcess.start(builder);
    }
}
