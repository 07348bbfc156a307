package io.tain.batch;

import org.apache.kafka.common.TopicPartition;

/** The operator's record handler threw an exception or returned something unusable, at the place that the message names. */
public final class HandlerFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HandlerFailedException(TopicPartition partition, long offset, String reason, Throwable cause) {
        super("Record handler failed at " + partition + "@" + offset + ": " + reason, cause);
    }

    HandlerFailedException(TopicPartition partition, long offset, String reason) {
        super("Record handler failed at " + partition + "@" + offset + ": " + reason);
    }
}
