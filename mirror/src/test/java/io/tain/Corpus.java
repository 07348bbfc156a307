package io.tain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.ThrowingConsumer;

/**
 * The inputs of a fuzz target: a few of each kind to start from, and everything that was ever found. Each is a file under
 * {@code src/test/resources/fuzz} in a folder of the target's name.
 *
 * <p>The targets are in the form that Jazzer calls; the unit tests replay the inputs without it, since its agent alone would
 * cost them more than ten seconds. {@code ./check --fuzz MINUTES} has Jazzer look for more.
 */
public final class Corpus {
    private static final Path FOLDER = Path.of("src/test/resources/fuzz");

    private Corpus() {}

    /** A test for each input of the target. */
    public static List<DynamicTest> replay(Class<?> target, ThrowingConsumer<byte[]> fuzz) throws IOException {
        try (Stream<Path> inputs = Files.list(FOLDER.resolve(target.getSimpleName()))) {
            return inputs.sorted()
                    .map(input -> DynamicTest.dynamicTest(
                            input.getFileName().toString(), () -> fuzz.accept(Files.readAllBytes(input))))
                    .toList();
        }
    }
}
