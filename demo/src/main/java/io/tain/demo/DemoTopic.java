package io.tain.demo;

import java.util.Map;

/** The topics of the demo: what they hold, and what share of the load. */
enum DemoTopic {
    ORDERS("orders", 4, "lz4", 1_000, 60, "JSON with keys, lz4"),
    CLICKS("clicks", 4, "zstd", 0, 30, "JSON without keys, zstd"),
    CUSTOMERS("customers", 2, "snappy", 500, 10, "JSON with keys, snappy, compacted");

    private final String topic;
    private final int partitions;
    private final String codec;
    private final int keys;
    private final int percent;
    private final String description;

    DemoTopic(String topic, int partitions, String codec, int keys, int percent, String description) {
        this.topic = topic;
        this.partitions = partitions;
        this.codec = codec;
        this.keys = keys;
        this.percent = percent;
        this.description = description;
    }

    String topic() {
        return topic;
    }

    int partitions() {
        return partitions;
    }

    String codec() {
        return codec;
    }

    /** How many different keys each partition has; 0 for records without keys. */
    int keys() {
        return keys;
    }

    /** Its share of the records. */
    int percent() {
        return percent;
    }

    String description() {
        return description;
    }

    boolean compacted() {
        return this == CUSTOMERS;
    }

    /** What is set on the source topic. */
    Map<String, String> configs() {
        return compacted()
                ? Map.of("cleanup.policy", "compact", "segment.bytes", "1048576", "min.cleanable.dirty.ratio", "0.3")
                : Map.of();
    }
}
