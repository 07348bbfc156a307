package io.tain.link;

import io.tain.link.PartitionFlow.Phase;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * An operator's order to go on elsewhere, while it is carried out.
 *
 * @param order what is wanted
 * @param quiet ends when the tracker knows of all that was read
 * @param before the phase before
 * @param reason the reason then
 */
record Move(MoveOrder order, CompletableFuture<Void> quiet, Phase before, Optional<String> reason) {
    boolean wasHalted() {
        return before == Phase.HALTED;
    }
}
