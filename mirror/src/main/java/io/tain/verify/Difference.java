package io.tain.verify;

import org.apache.kafka.common.TopicPartition;

/**
 * Where a partition is not the same on both sides.
 *
 * @param partition the partition
 * @param kind what is wrong
 * @param sourceOffset the source's first record that it is about or, for records that the target has too many, the next one
 * @param targetOffset likewise the target's or, for missing records, where they should be
 * @param records how many it is about
 * @param what details for people, in one line; may be empty
 */
public record Difference(
        TopicPartition partition, Kind kind, long sourceOffset, long targetOffset, long records, String what) {
    /** What is wrong with a record, or some in a row. */
    public enum Kind {
        /** On the source only. */
        MISSING("missing on the target"),
        /** On the target once more, as after a crash of a mirror. */
        REPEATED("repeated on the target"),
        /** On the target only, and nowhere before on the source. */
        EXTRA("on the target only"),
        /** The same records, in another order. */
        REORDERED("in another order"),
        /** Another key, value, header or timestamp. */
        ALTERED("altered"),
        /** Others than on the source, and what became of them can't be told. */
        UNALIKE("not alike");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** In words, to stand behind a number of records. */
        public String words() {
            return words;
        }
    }
}
