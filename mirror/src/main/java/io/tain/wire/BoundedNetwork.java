package io.tain.wire;

import java.util.Map;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.clients.Metadata;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.memory.MemoryPool;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ChannelBuilder;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;

/**
 * Makes Kafka's network client as Kafka's own factory does, but for two things: an answer that says it is longer than a limit
 * is not read, where the factory's would allocate whatever length a broker claims, up to 2 GiB; and answers are read into
 * buffers of our own.
 */
final class BoundedNetwork {
    /** What a broker takes in one request by default ({@code socket.request.max.bytes}), so no batch is longer. */
    private static final int LARGEST_BATCH = 100 << 20;

    /** Of the heap, one answer may take a quarter where batches are asked for, and else an eighth. */
    private static final int BATCHES = 4;

    private static final int ELSE = 8;

    /** Room for what surrounds the batches. */
    private static final int SLACK = 1 << 20;

    private BoundedNetwork() {}

    /**
     * The most bytes of an answer when so many bytes of batches are asked for. A first batch may be larger (KIP-74), as large as the
     * heap can take beside the rest.
     */
    static int limit(int fetchMaxBytes, long heapBytes) {
        long largest = Math.min(LARGEST_BATCH, heapBytes / BATCHES);
        return (int) Math.min(Integer.MAX_VALUE, Math.max(largest, fetchMaxBytes) + SLACK);
    }

    /** The most bytes of an answer that has no batches: metadata of many thousand partitions has some megabytes. */
    static int limitWithoutBatches(long heapBytes) {
        return (int) Math.min(LARGEST_BATCH, heapBytes / ELSE) + SLACK;
    }

    /**
     * What all connections of a client share.
     *
     * @param buffers where answers are read into
     */
    record Terms(String metricsGroup, int maxInFlight, int maxAnswerBytes, MemoryPool buffers) {}

    static KafkaClient connect(
            AbstractConfig config, Terms terms, Metadata metadata, Metrics metrics, LogContext logContext) {
        ChannelBuilder channels = null;
        Selector selector = null;
        try {
            channels = ClientUtils.createChannelBuilder(config, Time.SYSTEM, logContext);
            selector = new Selector(
                    terms.maxAnswerBytes(),
                    config.getLong(CommonClientConfigs.CONNECTIONS_MAX_IDLE_MS_CONFIG),
                    metrics,
                    SteadyClock.asTime(),
                    terms.metricsGroup(),
                    Map.of(),
                    true,
                    false,
                    channels,
                    terms.buffers(),
                    logContext);
            return new NetworkClient(
                    selector,
                    metadata,
                    config.getString(CommonClientConfigs.CLIENT_ID_CONFIG),
                    terms.maxInFlight(),
                    config.getLong(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG),
                    config.getLong(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG),
                    config.getInt(CommonClientConfigs.SEND_BUFFER_CONFIG),
                    config.getInt(CommonClientConfigs.RECEIVE_BUFFER_CONFIG),
                    config.getInt(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG),
                    config.getLong(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG),
                    config.getLong(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG),
                    SteadyClock.asTime(),
                    true,
                    new ApiVersions(),
                    logContext,
                    config.getLong(CommonClientConfigs.METADATA_RECOVERY_REBOOTSTRAP_TRIGGER_MS_CONFIG),
                    MetadataRecoveryStrategy.forName(
                            config.getString(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG)));
        } catch (RuntimeException e) {
            Utils.closeQuietly(selector, "selector");
            Utils.closeQuietly(channels, "channel builder");
            throw new KafkaException("can't make a network client: " + e.getMessage(), e);
        }
    }
}
