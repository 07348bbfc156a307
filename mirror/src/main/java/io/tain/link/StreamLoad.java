package io.tain.link;

/**
 * What is under way in a stream at a moment.
 *
 * @param usedBytes of the memory budget, fetches under way included
 * @param budgetBytes the stream's share of the memory budget
 * @param pendingBytes read and not yet acknowledged
 * @param queuedRecords read and not yet sent
 * @param sourceThrottledMs how long the source's brokers have told it to wait, in all
 * @param targetThrottledMs how long the target's brokers have told it to wait, in all
 * @param targetRoundTripMs how far away the target is
 */
record StreamLoad(
        long usedBytes,
        long budgetBytes,
        long pendingBytes,
        long queuedRecords,
        long sourceThrottledMs,
        long targetThrottledMs,
        long targetRoundTripMs) {
    static final StreamLoad NONE = new StreamLoad(0, 0, 0, 0, 0, 0, 0);
}
