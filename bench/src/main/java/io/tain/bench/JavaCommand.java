package io.tain.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A command line of this JVM's java.
 *
 * @param flags of the JVM
 */
record JavaCommand(List<String> flags, String classPath, String mainClass) {
    ProcessBuilder with(String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(flags);
        words.addAll(List.of("-cp", classPath, mainClass));
        words.addAll(List.of(arguments));
        return new ProcessBuilder(words);
    }
}
