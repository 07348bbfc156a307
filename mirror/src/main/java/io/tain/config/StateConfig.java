package io.tain.config;

import java.util.Optional;

/**
 * What a link keeps on its target beside the copy.
 *
 * @param topic the compacted topic with its checkpoints ({@code tain.state.topic}); empty keeps none
 */
public record StateConfig(Optional<String> topic) {
    /** Keeps nothing. */
    public static final StateConfig NONE = new StateConfig(Optional.empty());
}
