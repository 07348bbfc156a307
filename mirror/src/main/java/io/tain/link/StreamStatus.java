package io.tain.link;

import io.tain.link.LinkStatus.PartitionStatus;
import java.util.List;

/**
 * What a stream is doing at a moment.
 *
 * @param partitions those it owns
 * @param load what is under way
 * @param bottleneck what keeps it from copying faster
 * @param joined whether it is a member of the group
 */
record StreamStatus(List<PartitionStatus> partitions, StreamLoad load, Bottleneck bottleneck, boolean joined) {
    /** Of one that has not begun. */
    static final StreamStatus NONE = new StreamStatus(List.of(), StreamLoad.NONE, Bottleneck.SOURCE_EMPTY, false);
}
