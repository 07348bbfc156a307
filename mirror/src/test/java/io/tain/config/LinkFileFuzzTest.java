package io.tain.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.Corpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whatever stands in a properties file, it becomes a link or problems in one line each. */
public class LinkFileFuzzTest {
    @TestFactory
    List<DynamicTest> shouldWithstand() throws IOException {
        return Corpus.replay(LinkFileFuzzTest.class, LinkFileFuzzTest::fuzzerTestOneInput);
    }

    /** Called by Jazzer, too. */
    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        Path file = Files.createTempFile(Path.of("target"), "fuzz", ".properties");
        try {
            Files.write(file, data);
            assertThat(LinkFiles.read(List.of(file), Map.of("A", "b")).configs())
                    .hasSize(1);
        } catch (InvalidConfigException e) {
            assertThat(e.errors())
                    .isNotEmpty()
                    .allSatisfy(problem -> assertThat(problem.toString())
                            .startsWith(file.toString())
                            .doesNotContain("\n"));
        } finally {
            Files.delete(file);
        }
    }
}
