package io.tain.wire;

import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/** The partition that Kafka's own producer chooses for a key. */
public final class KeyHash {
    private KeyHash() {}

    public static int partition(byte[] key, int partitions) {
        return BuiltInPartitioner.partitionForKey(key, partitions);
    }
}
