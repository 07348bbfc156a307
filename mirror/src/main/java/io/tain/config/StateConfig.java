package io.tain.config;

import java.util.Optional;

/**
 * What a link keeps on its target beside the copy, and what it promises by that.
 *
 * @param delivery what is promised about records after a crash
 * @param topic the compacted topic with its checkpoints ({@code tain.state.topic}); empty keeps none
 */
public record StateConfig(Delivery delivery, Optional<String> topic) {
    /** Keeps nothing. */
    public static final StateConfig NONE = new StateConfig(Delivery.AT_LEAST_ONCE, Optional.empty());
}
