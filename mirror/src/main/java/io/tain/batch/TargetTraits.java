package io.tain.batch;

import io.tain.config.Codec;
import java.util.Optional;
import org.apache.kafka.common.record.TimestampType;

/**
 * What decides whether a target topic takes a batch as it is.
 *
 * @param timestampType the topic's {@code message.timestamp.type}
 * @param maxMessageBytes the topic's {@code max.message.bytes}, which limits whole batches
 * @param compression the codec that was asked for, or empty to keep each batch's own
 * @param handling whether a record handler is configured
 */
public record TargetTraits(
        TimestampType timestampType, int maxMessageBytes, Optional<Codec> compression, Handling handling) {

    /** Whether records pass through the operator's own code. */
    public enum Handling {
        NONE,
        RECORD_HANDLER
    }

    public TargetTraits {
        // A topic may allow less, to take nothing: what is sent to it is refused, whatever its size.
        maxMessageBytes = Math.max(maxMessageBytes, BatchLayout.RECORDS);
    }
}
