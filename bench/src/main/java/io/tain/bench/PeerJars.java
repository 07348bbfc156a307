package io.tain.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Has Maven fetch the jars of the peers, each with a class path of its own, when a work first needs them: the build
 * doesn't. {@code bench/peers} says which.
 */
final class PeerJars {
    private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

    private PeerJars() {}

    /** The directory with the peer's jars. */
    static Path of(String peer, Place place) throws IOException, InterruptedException {
        Path pom = place.module().resolve("peers").resolve(peer).resolve("pom.xml");
        Path jars = place.module().resolve("target").resolve("peers").resolve(peer);
        Path done = jars.resolve("pom.xml");
        if (Files.exists(done) && Files.mismatch(pom, done) < 0) {
            return jars;
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
            throw new IOException("Maven could not fetch the jars of " + peer + "; the reason stands above.");
        }
        Files.copy(pom, done, StandardCopyOption.REPLACE_EXISTING);
        return jars;
    }
}
