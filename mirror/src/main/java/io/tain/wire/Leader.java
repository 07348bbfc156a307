package io.tain.wire;

import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * Where a partition is led, as last heard.
 *
 * @param nodeId the broker
 * @param epoch the leader epoch, when the cluster told one (KIP-320)
 * @param topicId the topic's id; {@link Uuid#ZERO_UUID} on clusters without topic ids (KIP-516)
 */
public record Leader(int nodeId, Optional<Integer> epoch, Uuid topicId) {}
