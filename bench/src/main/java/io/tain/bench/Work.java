package io.tain.bench;

import io.tain.config.Codec;
import java.util.Optional;

/**
 * One thing to do for all contenders.
 *
 * @param link the delay between the clusters and the contenders, if there is one
 */
record Work(String name, Kind kind, Load load, Optional<Link> link) {
    static final int PARTITIONS = 4;
    static final int VALUE_BYTES = 380;

    /** What is measured of a work. */
    enum Kind {
        /** How fast a topic is copied. */
        COPY,
        /** How much later records arrive. */
        LATENCY,
        /** How many partitions are held. */
        PARTITIONS,
        /** How long a copy takes to be compared. */
        VERIFY
    }

    /**
     * What the source topic holds.
     *
     * @param batchBytes the size of its batches as they are stored; {@link #ONE_RECORD} for batches of one record
     * @param keys how many different keys each partition has; 0 for records without
     */
    record Load(Codec codec, int batchBytes, long records, int keys) {
        static final int ONE_RECORD = 0;

        Load withRecords(long count) {
            return new Load(codec, batchBytes, count, keys);
        }
    }

    /** A delay that all traffic with one of the clusters gets. */
    record Link(Side side, int roundTripMs) {}

    /** Which cluster is far away. */
    enum Side {
        SOURCE,
        TARGET
    }

    Work withRecords(long count) {
        return new Work(name, kind, load.withRecords(count), link);
    }
}
