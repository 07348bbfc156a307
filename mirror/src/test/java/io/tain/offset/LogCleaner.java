package io.tain.offset;

import java.util.stream.IntStream;

/** What compaction leaves: a broker's cleaner goes through a log from its beginning, and keeps the last record of each key before it. */
public final class LogCleaner {
    private LogCleaner() {}

    /**
     * The numbers of the records that are left.
     *
     * @param keys of the records, by number
     * @param cleaned how many records the cleaner has gone through
     * @param records how many there were
     */
    public static IntStream left(int[] keys, int cleaned, int records) {
        return IntStream.range(0, records)
                .filter(i ->
                        i >= cleaned || IntStream.range(i + 1, cleaned).noneMatch(later -> keys[later] == keys[i]));
    }
}
