package io.tain.link;

import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * What an operator wants paused, or to go on. It counts for this process, until it ends.
 *
 * @param action which of the two
 * @param partition the one that is meant; empty for all of the link, those that come later included
 */
public record PauseOrder(Action action, Optional<TopicPartition> partition) implements Order {
    /** What is to be done. */
    public enum Action {
        PAUSE,
        RESUME
    }
}
