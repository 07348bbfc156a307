package io.tain.bench;

import io.tain.config.Codec;
import java.nio.file.Path;

/**
 * From where to where a contender copies in one turn.
 *
 * @param topics the topic, or a regex of several, by the same name on both sides
 * @param sourceLogs where the source broker keeps its partitions
 * @param codec of the source topic
 * @param aim what the settings are to favour
 * @param group a name of this turn alone
 */
record Route(String source, String target, String topics, Path sourceLogs, Codec codec, Aim aim, String group) {
    /** What a contender's settings are to favour. */
    enum Aim {
        THROUGHPUT,
        LATENCY
    }

    /** How long a peer's producer waits for more records. */
    int lingerMs() {
        return aim == Aim.THROUGHPUT ? 5 : 0;
    }
}
