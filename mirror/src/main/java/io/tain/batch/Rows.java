package io.tain.batch;

/**
 * Some rows of a {@link RecordTable} that are to become a batch.
 *
 * @param from the first row
 * @param to the row after the last
 * @param firstOffset the first source offset that the batch covers, at most that of the first row
 * @param nextOffset the source offset that the batch covers up to, normally beyond that of the last row
 */
record Rows(int from, int to, long firstOffset, long nextOffset) {
    int count() {
        return to - from;
    }
}
