package io.tain.source;

import io.tain.wire.FetchClient;
import java.util.HashMap;
import java.util.Map;

/**
 * Chooses the connection that a partition is fetched over. Brokers that are far away are asked over two, each for every other
 * partition. Owned by the reader's thread.
 */
final class Channels {
    /** How many partitions were given a connection to each broker. */
    private final Map<Integer, Integer> given = new HashMap<>();

    /** The connection to the broker; the same again while the broker stays the same, and near or far. */
    int of(SourcePartition partition, int nodeId, boolean far) {
        if (partition.broker() != nodeId) {
            partition.readFrom(nodeId, given.merge(nodeId, 1, Integer::sum) % 2 == 0);
        }
        return far && partition.isOverSecond() ? FetchClient.other(nodeId) : nodeId;
    }
}
