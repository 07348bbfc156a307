package io.tain.inspect;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * Who is in a consumer group.
 *
 * @param state the group's state in Kafka's words, such as Stable or Empty; Dead if there is no such group
 * @param owners the member that each assigned partition belongs to
 */
public record GroupMembers(String state, Map<TopicPartition, Owner> owners) {
    public GroupMembers {
        owners = Map.copyOf(owners);
    }

    /** Whether nobody is in it. */
    public boolean isEmpty() {
        return state.equalsIgnoreCase("Empty") || state.equalsIgnoreCase("Dead");
    }

    /**
     * A member, in the words of {@code kafka-consumer-groups}.
     *
     * @param consumerId the member's id in the group
     * @param host where it connects from
     * @param clientId its {@code client.id}
     */
    public record Owner(String consumerId, String host, String clientId) {}
}
