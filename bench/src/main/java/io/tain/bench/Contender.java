package io.tain.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A program that copies, or stands in for one that does. */
interface Contender {
    String DIRECT = "direct";
    String LIMIT = "limit";
    String TAIN = "tain";
    String TAIN_AT_LEAST_ONCE = "tain-at-least-once";
    String MIRROR_MAKER_1 = "mirrormaker1";
    String MIRROR_MAKER_2 = "mirrormaker2";
    List<String> PEERS = List.of(MIRROR_MAKER_1, MIRROR_MAKER_2);

    Run.Label label();

    /** How to start it; writes the files that it needs into the directory. Empty if there is no process to start. */
    Optional<ProcessBuilder> command(Route route, Path directory) throws IOException;

    /** Whether it commits a position for every partition to the route's group. */
    default boolean commitsAllPositions() {
        return false;
    }
}
