package io.tain.bench;

import io.tain.batch.BatchCursor;
import io.tain.batch.BatchPatch;
import io.tain.batch.RecordBatch;
import io.tain.wire.Leader;
import io.tain.wire.ProduceClient;
import io.tain.wire.ProduceOutcome;
import io.tain.wire.ProduceResult;
import io.tain.wire.ProducerIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/**
 * The ceiling of a target: reads a topic's batches from a broker's files into memory, then produces them as fast as the
 * target takes them, idempotently and with acks=all. One thread.
 *
 * <p>Arguments: the target's servers, the topic, the directory of the source broker's logs, the number of partitions. Stays
 * until its standard input ends, so that its counters can be read.
 */
final class Limit {
    private static final int IN_FLIGHT = 5;
    private static final int POLL_MS = 5;

    private final ProduceClient client;
    private final List<Lane> lanes = new ArrayList<>();
    private final Deque<Lane> ready = new ArrayDeque<>();
    private int requestsInFlight;
    private int batchesLeft;

    /** One partition's batches that are still to be sent. */
    private static final class Lane {
        private final TopicPartition partition;
        private final Deque<ByteBuffer> batches;
        private int sequence;
        private int inFlight;

        Lane(TopicPartition partition, Deque<ByteBuffer> batches) {
            this.partition = partition;
            this.batches = batches;
        }

        boolean isReady() {
            return inFlight < IN_FLIGHT && !batches.isEmpty();
        }

        ByteBuffer next(ProducerIdentity identity) {
            ByteBuffer batch = batches.removeFirst();
            BatchPatch.patch(batch, identity.id(), identity.epoch(), sequence);
            sequence += RecordBatch.of(batch).count();
            inFlight++;
            return batch;
        }
    }

    private Limit(ProduceClient client) {
        this.client = client;
    }

    public static void main(String[] args) throws IOException {
        String topic = args[1];
        Map<String, Object> settings = Map.of("bootstrap.servers", args[0], "send.buffer.bytes", 1 << 20);
        try (ProduceClient client = ProduceClient.connect(settings, "limit", (short) -1, IN_FLIGHT, cluster -> {})) {
            Limit limit = new Limit(client);
            for (int partition = 0; partition < Integer.parseInt(args[3]); partition++) {
                TopicPartition name = new TopicPartition(topic, partition);
                limit.add(new Lane(name, batches(Path.of(args[2]).resolve(name.toString()))));
            }
            limit.produce(topic);
        }
        while (System.in.read() >= 0) {
            Thread.onSpinWait();
        }
    }

    private static Deque<ByteBuffer> batches(Path directory) throws IOException {
        Deque<ByteBuffer> batches = new ArrayDeque<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path segment : files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList()) {
                BatchCursor cursor = new BatchCursor(ByteBuffer.wrap(Files.readAllBytes(segment)));
                while (cursor.hasNext()) {
                    batches.add(cursor.next().buffer());
                }
            }
        }
        return batches;
    }

    private void add(Lane lane) {
        lanes.add(lane);
        batchesLeft += lane.batches.size();
    }

    private void produce(String topic) {
        client.watch(topic);
        ProducerIdentity identity = identity();
        Optional<Leader> leader = client.leader(lanes.get(0).partition);
        while (leader.isEmpty()) {
            client.poll(POLL_MS, System.currentTimeMillis());
            leader = client.leader(lanes.get(0).partition);
        }
        int node = leader.get().nodeId();
        lanes.stream().filter(Lane::isReady).forEach(ready::add);
        while (batchesLeft > 0) {
            while (requestsInFlight < IN_FLIGHT
                    && !ready.isEmpty()
                    && client.isReady(node, System.currentTimeMillis())) {
                send(node, identity);
                client.poll(0, System.currentTimeMillis());
            }
            client.poll(POLL_MS, System.currentTimeMillis());
        }
    }

    private ProducerIdentity identity() {
        AtomicReference<ProducerIdentity> identity = new AtomicReference<>();
        while (identity.get() == null) {
            client.maybeAskIdentity(System.currentTimeMillis(), identity::set, problem -> {});
            client.poll(POLL_MS, System.currentTimeMillis());
        }
        return identity.get();
    }

    /** One request with a batch of every partition that has one and may send it. */
    private void send(int node, ProducerIdentity identity) {
        Map<TopicPartition, ByteBuffer> request = new LinkedHashMap<>();
        for (Lane lane = ready.poll(); lane != null; lane = ready.poll()) {
            request.put(lane.partition, lane.next(identity));
        }
        lanes.stream().filter(Lane::isReady).forEach(ready::add);
        requestsInFlight++;
        int[] unanswered = {request.size()};
        client.produce(node, request, (partition, result) -> {
            onResult(lanes.get(partition.partition()), result);
            unanswered[0]--;
            if (unanswered[0] == 0) {
                requestsInFlight--;
            }
        });
    }

    private void onResult(Lane lane, ProduceResult result) {
        if (result.outcome() != ProduceOutcome.ACKNOWLEDGED) {
            throw new IllegalStateException("The target refused a batch of " + lane.partition + ": " + result.error());
        }
        batchesLeft--;
        boolean wasReady = lane.isReady();
        lane.inFlight--;
        if (!wasReady && lane.isReady()) {
            ready.add(lane);
        }
    }
}
