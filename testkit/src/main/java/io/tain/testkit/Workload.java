package io.tain.testkit;

import io.tain.testkit.WorkloadReport.SequenceRange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes {@link SequencedValue}s to the partitions of a topic in turn, each partition with its own sequence from 0 that
 * goes on over several writes. Either one thread calls {@link #write}, or {@link #start} gives it one of its own.
 */
public final class Workload implements AutoCloseable {
    private static final String SEQUENCE_HEADER = "sequence";

    /** How to write; see {@link Builder}. */
    private record Plan(
            String topic, int partitions, int distinctKeys, int recordsPerTransaction, int abortEvery, int headers) {}

    private final Plan plan;
    private final OptionalDouble recordsPerSecond;
    private final SequencedValue.Factory values;
    private final KafkaProducer<byte[], byte[]> producer;
    private final long[] nextSequence;

    // Written by the producer's thread and by the writing thread; guarded by this.
    private final Map<Integer, Long> acknowledged = new TreeMap<>();
    private final Map<Integer, List<SequenceRange>> aborted = new TreeMap<>();
    private long failed;
    private Exception firstFailure;

    // Only of the writing thread.
    private final Map<Integer, Long> transaction = new TreeMap<>();
    private int transactionRecords;
    private int transactions;
    private long written;
    private long startNanos;

    private volatile boolean stopping;
    private Thread thread;

    private Workload(Builder builder) {
        plan = new Plan(
                builder.topic,
                builder.partitions,
                builder.distinctKeys,
                builder.recordsPerTransaction,
                builder.abortEvery,
                builder.headers);
        recordsPerSecond = builder.recordsPerSecond;
        values = new SequencedValue.Factory(builder.valueBytes, builder.seed);
        nextSequence = new long[builder.partitions];
        producer = new KafkaProducer<>(builder.settings, new ByteArraySerializer(), new ByteArraySerializer());
        for (int partition = 0; partition < builder.partitions; partition++) {
            acknowledged.put(partition, 0L);
        }
        if (plan.recordsPerTransaction() > 0) {
            producer.initTransactions();
        }
    }

    /** Describes a load for the partitions 0 to partitions - 1 of a topic. */
    public static Builder to(Map<String, Object> clientProperties, String topic, int partitions) {
        return new Builder(clientProperties, topic, partitions);
    }

    /** Writes so many records, all partitions together, and returns when all are acknowledged or failed. */
    public WorkloadReport write(long records) {
        startNanos = System.nanoTime();
        written = 0;
        while (written < records && !stopping) {
            pace();
            send((int) (written % plan.partitions()));
            written++;
        }
        endTransaction();
        producer.flush();
        return report();
    }

    /** Writes on a thread of its own until {@link #stop()}. */
    public Workload start() {
        thread = new Thread(this::writeUntilStopped, "workload-" + plan.topic());
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    private void writeUntilStopped() {
        try {
            write(Long.MAX_VALUE);
        } catch (KafkaException e) {
            onFailure(e);
        }
    }

    /** Whether what {@link #start()} began goes on; a failure may have ended it. */
    public boolean isWriting() {
        return thread != null && thread.isAlive();
    }

    /** Ends what {@link #start()} began, and waits for the last acknowledgements. */
    public WorkloadReport stop() {
        stopping = true;
        if (thread != null) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return report();
    }

    /** What has been written until now. */
    public synchronized WorkloadReport report() {
        Map<Integer, List<SequenceRange>> ranges = new TreeMap<>();
        aborted.forEach((partition, list) -> ranges.put(partition, List.copyOf(list)));
        return new WorkloadReport(new TreeMap<>(acknowledged), ranges, failed, Optional.ofNullable(firstFailure));
    }

    @Override
    public void close() {
        stop();
        producer.close();
    }

    private void pace() {
        if (recordsPerSecond.isEmpty()) {
            return;
        }
        long dueNanos = startNanos + (long) (written / recordsPerSecond.getAsDouble() * TimeUnit.SECONDS.toNanos(1));
        for (long wait = dueNanos - System.nanoTime(); wait > 0 && !stopping; wait = dueNanos - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(wait, TimeUnit.MILLISECONDS.toNanos(50)));
        }
    }

    private void send(int partition) {
        long sequence = nextSequence[partition]++;
        if (plan.recordsPerTransaction() > 0 && transactionRecords == 0) {
            producer.beginTransaction();
        }
        byte[] key = plan.distinctKeys() == 0
                ? null
                : ("key-" + sequence % plan.distinctKeys()).getBytes(StandardCharsets.UTF_8);
        RecordHeaders headers = new RecordHeaders();
        for (int i = 0; i < plan.headers(); i++) {
            headers.add(SEQUENCE_HEADER, Long.toString(sequence + i).getBytes(StandardCharsets.UTF_8));
        }
        // The callback gets the outcome.
        var unused = producer.send(
                new ProducerRecord<>(plan.topic(), partition, null, key, values.value(partition, sequence), headers),
                (metadata, failure) -> onAnswer(partition, failure));
        if (plan.recordsPerTransaction() > 0) {
            transaction.merge(partition, 1L, Long::sum);
            transactionRecords++;
            if (transactionRecords == plan.recordsPerTransaction()) {
                endTransaction();
            }
        }
    }

    private synchronized void onAnswer(int partition, Exception failure) {
        if (failure != null) {
            onFailure(failure);
        } else if (plan.recordsPerTransaction() == 0) {
            acknowledged.merge(partition, 1L, Long::sum);
        }
    }

    private synchronized void onFailure(Exception failure) {
        failed++;
        firstFailure = firstFailure == null ? failure : firstFailure;
    }

    private void endTransaction() {
        if (transactionRecords == 0) {
            return;
        }
        transactions++;
        boolean aborts = plan.abortEvery() > 0 && transactions % plan.abortEvery() == 0;
        try {
            if (aborts) {
                // Or the records would never leave the producer.
                producer.flush();
                producer.abortTransaction();
                onAborted();
            } else {
                producer.commitTransaction();
                onCommitted();
            }
        } catch (KafkaException e) {
            throw new KafkaException(
                    "can't " + (aborts ? "abort" : "commit") + " transaction " + transactions + " of " + plan.topic()
                            + ", the first record that failed: " + report().firstFailure(),
                    e);
        }
        transaction.clear();
        transactionRecords = 0;
    }

    private synchronized void onCommitted() {
        transaction.forEach((partition, count) -> acknowledged.merge(partition, count, Long::sum));
    }

    private synchronized void onAborted() {
        transaction.forEach((partition, count) -> aborted.computeIfAbsent(partition, key -> new ArrayList<>())
                .add(new SequenceRange(nextSequence[partition] - count, nextSequence[partition] - 1)));
    }

    /** Collects how to write. */
    public static final class Builder {
        private final Map<String, Object> settings;
        private final String topic;
        private final int partitions;
        private int valueBytes = 380;
        private int distinctKeys;
        private int headers;
        private int recordsPerTransaction;
        private int abortEvery;
        private long seed = 1;
        private OptionalDouble recordsPerSecond = OptionalDouble.empty();

        private Builder(Map<String, Object> clientProperties, String topic, int partitions) {
            this.settings = new HashMap<>(clientProperties);
            this.topic = topic;
            this.partitions = partitions;
            settings.put("client.id", "workload-" + topic);
        }

        /** The size of each value; 380 unless told, at least 300. */
        public Builder valueBytes(int bytes) {
            valueBytes = bytes;
            return this;
        }

        /** Gives the records keys, this many different ones in each partition; without it, keys are null. */
        public Builder keys(int distinct) {
            distinctKeys = distinct;
            return this;
        }

        /** Gives each record so many headers, all of one name; none unless told. */
        public Builder headers(int count) {
            headers = count;
            return this;
        }

        /** A setting of the producer, such as compression.type or batch.size. */
        public Builder producer(String key, Object value) {
            settings.put(key, value);
            return this;
        }

        /** Writes transactions of so many records and aborts every n-th of them, or none if that is 0. */
        public Builder transactions(String transactionalId, int records, int abortEveryNth) {
            settings.put("transactional.id", transactionalId);
            recordsPerTransaction = records;
            abortEvery = abortEveryNth;
            return this;
        }

        /** Writes at this rate, all partitions together; as fast as it goes unless told. */
        public Builder rate(double perSecond) {
            recordsPerSecond = OptionalDouble.of(perSecond);
            return this;
        }

        /** Chooses the filler of the values. */
        public Builder seed(long number) {
            seed = number;
            return this;
        }

        /** Connects the producer; {@link Workload#write} or {@link Workload#start} begins. */
        public Workload open() {
            return new Workload(this);
        }
    }
}
