package io.tain.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Has Maven fetch the jars that a project file names, for a class path of their own: the build itself doesn't need them. */
public final class MavenJars {
    private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

    private MavenJars() {}

    /** Fills the directory with the jars, unless they are there already as the project file has them now. */
    public static void copy(Path pom, Path jars) throws IOException, InterruptedException {
        Path done = jars.resolve("pom.xml");
        if (Files.exists(done) && Files.mismatch(pom, done) < 0) {
            return;
        }
        Process maven = new ProcessBuilder(List.of(
                        "mvn",
                        "-q",
                        "-B",
                        "-ntp",
                        "-f",
                        pom.toString(),
                        COPY,
                        "-DincludeScope=runtime",
                        "-DoutputDirectory=" + jars))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (maven.waitFor() != 0) {
            throw new IOException("Maven could not fetch the jars of " + pom + "; the reason stands above.");
        }
        Files.copy(pom, done, StandardCopyOption.REPLACE_EXISTING);
    }
}
