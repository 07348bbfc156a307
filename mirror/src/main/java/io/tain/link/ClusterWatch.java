package io.tain.link;

import io.tain.wire.ConnectionWatch;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.ClusterResource;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Ends a link when its addresses lead to another cluster than at its start, say because a name was given to another one:
 * the same topics and the same group mean something else there. Clients tell the cluster's id with their metadata, on
 * whichever thread they do; a consumer tells its deserializers. Counts refused credentials, too.
 */
final class ClusterWatch extends ByteArrayDeserializer implements ConnectionWatch {
    private final String cluster;
    private final String id;
    private final Consumer<Outcome> onFatal;
    private final Runnable onRefused;

    /**
     * @param cluster which one it is, in words, for the message
     * @param id what its id was at the start
     * @param onFatal told when it is another one, from any thread
     * @param onRefused run when credentials are refused, by any thread
     */
    ClusterWatch(String cluster, String id, Consumer<Outcome> onFatal, Runnable onRefused) {
        this.cluster = cluster;
        this.id = id;
        this.onFatal = onFatal;
        this.onRefused = onRefused;
    }

    /** The client that told of another cluster must not be used any more. */
    static final class OtherClusterException extends KafkaException {
        private static final long serialVersionUID = 1L;

        OtherClusterException(String message) {
            super(message);
        }
    }

    @Override
    public void onUpdate(ClusterResource now) {
        if (now.clusterId() != null && !now.clusterId().equals(id)) {
            String cause = cluster + " is another cluster now, its id was " + id + " and is now " + now.clusterId();
            onFatal.accept(new Outcome(Outcome.Kind.FAILED, Optional.of(cause)));
            throw new OtherClusterException(cause);
        }
    }

    @Override
    public void onRefused(AuthenticationException why) {
        onRefused.run();
    }
}
