package io.tain.bench;

import io.tain.testkit.MavenJars;
import java.io.IOException;
import java.nio.file.Path;

/** The jars of the peers, fetched when a work first needs them. {@code bench/peers} says which. */
final class PeerJars {
    private PeerJars() {}

    /** The directory with the peer's jars. */
    static Path of(String peer, Place place) throws IOException, InterruptedException {
        Path jars = place.module().resolve("target").resolve("peers").resolve(peer);
        MavenJars.copy(place.module().resolve("peers").resolve(peer).resolve("pom.xml"), jars);
        return jars;
    }
}
