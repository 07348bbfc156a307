package io.tain.testkit;

import java.util.Arrays;

/**
 * The records of a source partition as hashes and offsets, 16 bytes each, in their order. A look-up table (12 to 20 bytes
 * a record more) is built when the first record is searched for. Not thread-safe.
 */
final class SourceIndex {
    static final int NONE = -1;

    private long[] hashes = new long[1024];
    private long[] offsets = new long[1024];
    private int size;
    /** Open addressing; an entry is the last record of its hash, plus 1, or 0 if none. */
    private int[] lastByHash;
    /** For each record the one before it that has the same hash. */
    private int[] previousSame;

    void add(long hash, long offset) {
        if (lastByHash != null) {
            throw new IllegalStateException("The index is complete.");
        }
        if (size == hashes.length) {
            hashes = Arrays.copyOf(hashes, size + size / 2);
            offsets = Arrays.copyOf(offsets, size + size / 2);
        }
        hashes[size] = hash;
        offsets[size] = offset;
        size++;
    }

    int size() {
        return size;
    }

    long hash(int index) {
        return hashes[index];
    }

    long offset(int index) {
        return offsets[index];
    }

    /** The last record before the limit that has this hash. */
    int lastBefore(int limit, long hash) {
        int index = last(hash);
        while (index >= limit) {
            index = previousSame[index];
        }
        return index;
    }

    /** The first record from there on that has this hash. */
    int firstFrom(int start, long hash) {
        int found = NONE;
        for (int index = last(hash); index >= start; index = previousSame[index]) {
            found = index;
        }
        return found;
    }

    private int last(long hash) {
        if (lastByHash == null) {
            build();
        }
        return lastByHash[slot(hash)] - 1;
    }

    private void build() {
        lastByHash = new int[Math.max(16, Integer.highestOneBit(size) * 4)];
        previousSame = new int[size];
        for (int index = 0; index < size; index++) {
            int slot = slot(hashes[index]);
            previousSame[index] = lastByHash[slot] - 1;
            lastByHash[slot] = index + 1;
        }
    }

    /** Where the hash is in the table, or would be. */
    private int slot(long hash) {
        int mask = lastByHash.length - 1;
        int slot = (int) (hash ^ hash >>> 32) & mask;
        while (lastByHash[slot] != 0 && hashes[lastByHash[slot] - 1] != hash) {
            slot = slot + 1 & mask;
        }
        return slot;
    }
}
