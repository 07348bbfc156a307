package io.tain.verify;

import io.tain.config.ObserverSettings;
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
import java.util.function.LongSupplier;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Fetches the feeds of one cluster. Used by one thread. */
final class ClusterFeed implements FetchListener, AutoCloseable {
    private static final int PARTITION_BYTES = 1 << 20;
    private static final int ANSWER_BYTES = 4 << 20;
    private static final int MAX_WAIT_MS = 200;
    private static final long BACKOFF_MS = 200;
    private static final long PATIENCE_MS = 60_000;

    private final String side;
    private final FetchClient client;
    private final LongSupplier clockMs;
    private final Map<TopicPartition, Asked> feeds = new HashMap<>();
    private long bytes;

    /** A feed with when it may be asked for again, and when something came last. */
    private static final class Asked {
        private final PartitionFeed feed;
        private long notBeforeMs;
        private long lastMs;
        private String trouble = "no answer";

        Asked(PartitionFeed feed, long nowMs) {
            this.feed = feed;
            this.lastMs = nowMs;
        }
    }

    ClusterFeed(String side, Map<String, Object> settings, IsolationLevel isolation, LongSupplier clockMs) {
        this.side = side;
        this.clockMs = clockMs;
        this.client = FetchClient.connect(
                ObserverSettings.reader(settings, "tain-verify"),
                "tain-verify",
                new FetchClient.Terms(isolation, 1, 0, ""),
                this,
                cluster -> {});
    }

    void add(PartitionFeed feed) {
        client.watch(feed.partition().topic());
        feeds.put(feed.partition(), new Asked(feed, clockMs.getAsLong()));
    }

    void remove(TopicPartition partition) {
        feeds.remove(partition);
        if (feeds.keySet().stream().noneMatch(other -> other.topic().equals(partition.topic()))) {
            client.unwatch(partition.topic());
        }
    }

    /** Bytes of batches read so far. */
    long bytes() {
        return bytes;
    }

    /** Hears what comes, for at most so long. */
    void poll(long timeoutMs) {
        client.poll(timeoutMs, clockMs.getAsLong());
    }

    /** Nothing is to be asked for now: that nothing comes is no fault of the cluster. */
    void rest() {
        long nowMs = clockMs.getAsLong();
        feeds.values().forEach(asked -> asked.lastMs = nowMs);
    }

    /** Asks for what the feeds want. */
    void ask() {
        long nowMs = clockMs.getAsLong();
        Map<Integer, List<FetchPosition>> byNode = new HashMap<>();
        for (Asked asked : feeds.values()) {
            PartitionFeed feed = asked.feed;
            if (!feed.wantsMore()) {
                asked.lastMs = nowMs;
                continue;
            }
            if (nowMs - asked.lastMs > PATIENCE_MS) {
                feed.fail("nothing could be read for " + PATIENCE_MS / 1000 + " s: "
                        + client.problem(feed.partition().topic()).orElse(asked.trouble));
                continue;
            }
            Optional<Leader> leader = client.leader(feed.partition());
            if (leader.isPresent() && nowMs >= asked.notBeforeMs) {
                byNode.computeIfAbsent(leader.get().nodeId(), node -> new ArrayList<>())
                        .add(new FetchPosition(
                                feed.partition(), leader.get(), feed.position(), Optional.empty(), PARTITION_BYTES));
            }
        }
        byNode.forEach((node, positions) -> {
            if (client.isReady(node, nowMs)) {
                client.fetch(node, positions, new Limits(ANSWER_BYTES, MAX_WAIT_MS));
            }
        });
    }

    @Override
    public void onAnswer(int nodeId, int answerBytes, Runnable giveBack) {
        bytes += answerBytes; // the buffers are left to the collector: batches are looked at as long as it takes
    }

    @Override
    public void onPartition(FetchedPartition fetched) {
        Asked asked = feeds.get(fetched.partition());
        if (asked == null || fetched.fetchOffset() != asked.feed.position()) {
            return; // asked for before its feed was taken away or begun anew
        }
        PartitionFeed feed = asked.feed;
        switch (fetched.outcome()) {
            case OK -> {
                feed.take(fetched);
                if (feed.position() > fetched.fetchOffset()) {
                    asked.lastMs = clockMs.getAsLong();
                }
            }
            case OUT_OF_RANGE ->
                feed.fail("the " + side + "'s log no longer has offset " + feed.position()
                        + " (retention, or it was cut off); run it again");
            case RECREATED -> feed.fail("the topic was created anew on the " + side + " meanwhile; run it again");
            case UNAUTHORIZED -> feed.fail("the " + side + " does not allow to read the topic; grant READ on it");
            default -> {
                asked.trouble = fetched.error();
                asked.notBeforeMs = clockMs.getAsLong() + BACKOFF_MS;
            }
        }
    }

    @Override
    public void onFetchEnded(FetchEnd end) {
        if (!end.problem().isEmpty()) {
            long notBefore = clockMs.getAsLong() + BACKOFF_MS;
            for (TopicPartition partition : end.asked()) {
                Asked asked = feeds.get(partition);
                if (asked != null) {
                    asked.trouble = end.problem();
                    asked.notBeforeMs = notBefore;
                }
            }
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
