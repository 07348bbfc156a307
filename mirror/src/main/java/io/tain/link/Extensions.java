package io.tain.link;

import io.tain.batch.RecordHandler;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;

/**
 * Code of the operator's own that a mirror runs, shared by all its links and streams.
 *
 * @param handler rewrites every record; batches can then not be forwarded as they are
 * @param rebalanceListener told of assignments, and of revocations after their positions were committed
 */
public record Extensions(Optional<RecordHandler> handler, Optional<ConsumerRebalanceListener> rebalanceListener) {
    public static final Extensions NONE = new Extensions(Optional.empty(), Optional.empty());
}
