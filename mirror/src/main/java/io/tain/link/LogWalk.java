package io.tain.link;

import io.tain.wire.FetchClient;
import io.tain.wire.FetchClient.Limits;
import io.tain.wire.FetchListener;
import io.tain.wire.FetchPosition;
import io.tain.wire.FetchedPartition;
import io.tain.wire.Leader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;

/** Reads stretches of partitions of one cluster, several side by side, for those who look for their place. Used by one thread. */
final class LogWalk implements FetchListener, AutoCloseable {
    private static final int PARTITION_BYTES = 1 << 20;
    private static final int ANSWER_BYTES = 4 << 20;
    private static final int MAX_WAIT_MS = 100;
    private static final long BACKOFF_MS = 200;

    private final FetchClient client;
    private final Map<TopicPartition, Walker> walkers = new HashMap<>();
    private final Map<TopicPartition, Long> notBefore = new HashMap<>();
    private long nowMs;

    /** @param connect makes the client that tells this what it fetched */
    LogWalk(Function<FetchListener, FetchClient> connect) {
        this.client = connect.apply(this);
    }

    /** Looks at one partition's batches. */
    interface Walker {
        TopicPartition partition();

        /** Where to read on. */
        long position();

        /** Leader epoch of what is before the position, by which the leader can tell a log that was cut off (KIP-320); empty if unknown. */
        default Optional<Integer> lastEpoch() {
            return Optional.empty();
        }

        /** Whether anything more is to be read. */
        boolean isDone();

        /** Takes what was read from the position on; moves the position. */
        void take(FetchedPartition fetched, long nowMs);

        /** An answer is over that may have been about it, whether it had anything of it or not. */
        default void onAnswer(long nowMs) {}

        /** The log does not have the position. */
        void onOutOfRange(FetchedPartition fetched);

        /** The log has another history up to the position, as far as the epoch tells. */
        default void onDiverged() {
            onTrouble("its leader tells of another history without having been asked");
        }

        /** It goes on being tried. */
        void onTrouble(String what);
    }

    /** Learns who leads the topic: in good time, for many topics are learned of as quickly as one. */
    void watch(String topic) {
        client.watch(topic);
    }

    void add(Walker walker) {
        watch(walker.partition().topic());
        walkers.put(walker.partition(), walker);
    }

    boolean isIdle() {
        return walkers.isEmpty();
    }

    /** Asks for what is wanted, and waits at most so long for answers. */
    void poll(long timeoutMs, long now) {
        nowMs = now;
        walkers.values().removeIf(Walker::isDone);
        Map<Integer, List<FetchPosition>> byNode = new HashMap<>();
        for (Walker walker : walkers.values()) {
            TopicPartition partition = walker.partition();
            Optional<Leader> leader = client.leader(partition);
            if (leader.isPresent() && nowMs >= notBefore.getOrDefault(partition, 0L)) {
                byNode.computeIfAbsent(leader.get().nodeId(), node -> new ArrayList<>())
                        .add(new FetchPosition(
                                partition, leader.get(), walker.position(), walker.lastEpoch(), PARTITION_BYTES));
            } else if (leader.isEmpty()) {
                walker.onTrouble(client.problem(partition.topic()).orElse("no leader known"));
            }
        }
        byNode.forEach((node, positions) -> {
            if (client.isReady(node, nowMs)) {
                client.fetch(node, positions, new Limits(ANSWER_BYTES, MAX_WAIT_MS));
            }
        });
        client.poll(timeoutMs, nowMs);
    }

    @Override
    public void onAnswer(int nodeId, int bytes, Runnable giveBack) {
        // the buffers are left to the collector: nothing of them is kept
    }

    @Override
    public void onPartition(FetchedPartition fetched) {
        Walker walker = walkers.get(fetched.partition());
        if (walker == null || walker.isDone() || fetched.fetchOffset() != walker.position()) {
            return; // asked for before it was begun anew
        }
        switch (fetched.outcome()) {
            case OK -> walker.take(fetched, nowMs);
            case OUT_OF_RANGE -> {
                walker.onOutOfRange(fetched);
                if (walker.position() == fetched.fetchOffset()) {
                    notBefore.put(fetched.partition(), nowMs + BACKOFF_MS);
                }
            }
            case DIVERGED -> {
                walker.onDiverged();
                notBefore.put(fetched.partition(), nowMs + BACKOFF_MS);
            }
            default -> {
                walker.onTrouble(fetched.error());
                notBefore.put(fetched.partition(), nowMs + BACKOFF_MS);
            }
        }
    }

    @Override
    public void onFetchEnded(FetchEnd end) {
        for (TopicPartition partition : end.asked()) {
            Walker walker = walkers.get(partition);
            if (end.problem().isEmpty() && walker != null) {
                walker.onAnswer(nowMs);
            } else if (!end.problem().isEmpty()) {
                notBefore.put(partition, nowMs + BACKOFF_MS);
                Optional.ofNullable(walker).ifPresent(asked -> asked.onTrouble(end.problem()));
            }
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
