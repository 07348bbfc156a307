package io.tain.source;

import io.tain.wire.FetchClient;
import java.util.HashMap;
import java.util.Map;

/**
 * Chooses the connection that a partition is fetched over. Brokers are asked over two, each for every other partition, where an answer takes
 * long, since they are far away, or to take in, since it has many small batches: while one is on its way or taken in, so is another. Owned by
 * the reader's thread.
 */
final class Channels {
    /** How many partitions were given a connection to each broker. */
    private final Map<Integer, Integer> given = new HashMap<>();

    private boolean twofold;

    /** Whether brokers are asked over two connections from now on; tells whether that is new. */
    boolean setTwofold(boolean two) {
        boolean news = two != twofold;
        twofold = two;
        return news;
    }

    /** The connection to the broker; the same again while the broker stays the same, and the number of connections. */
    int of(SourcePartition partition, int nodeId) {
        if (partition.broker() != nodeId) {
            partition.readFrom(nodeId, given.merge(nodeId, 1, Integer::sum) % 2 == 0);
        }
        return twofold && partition.isOverSecond() ? FetchClient.other(nodeId) : nodeId;
    }
}
