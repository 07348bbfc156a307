package io.tain.link;

import io.tain.batch.Partitioner;
import io.tain.source.TargetUnknownException;
import io.tain.topic.TargetTopics.Wanted;
import io.tain.topic.TopicState;
import io.tain.wire.KeyHash;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Chooses the partition for what a handler leaves open: the source's own while the key is the source's, since that keeps
 * the order; the hash of the key, as a producer does, when the handler gave another.
 */
final class HandlerRouting implements Partitioner {
    private final TopicDesk topics;

    HandlerRouting(TopicDesk topics) {
        this.topics = topics;
    }

    @Override
    public int partition(ProducerRecord<byte[], byte[]> output, ConsumerRecord<byte[], byte[]> input) {
        int partitions = partitions(new Wanted(input.topic(), output.topic()));
        if (output.key() == null || Arrays.equals(output.key(), input.key())) {
            return input.partition() % partitions;
        }
        return KeyHash.partition(output.key(), partitions);
    }

    private int partitions(Wanted topic) {
        Optional<TopicState> state = topics.state(topic);
        if (state.isPresent() && state.get() instanceof TopicState.Ready ready) {
            return ready.targetPartitions();
        }
        if (state.isEmpty()) {
            topics.ask(topic);
        }
        throw new TargetUnknownException("the target topic " + topic.target() + " is not ready"
                + state.map(refused -> ": " + ((TopicState.Refused) refused).reason())
                        .orElse(" yet"));
    }
}
