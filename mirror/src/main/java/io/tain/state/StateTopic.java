package io.tain.state;

import io.tain.config.ObserverSettings;
import io.tain.wire.CappedClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * The topic on a target in which links keep their state: compacted, of one partition. Reads it from its beginning and then what is
 * new, and writes to it. Failures of Kafka's clients come as {@link KafkaException}s; after one, what was asked for may be asked
 * again. Used by one thread.
 */
public final class StateTopic implements StateLog {
    /** How many replicas it is made with where nobody knows better. */
    public static final int REPLICAS = 3;

    private static final Duration POLL = Duration.ofMillis(200);

    private final String name;
    private final TopicPartition partition;
    private final Map<String, Object> settings;
    private final String clientId;
    private final Duration limit;
    private Replication replication = () -> REPLICAS;
    private Optional<KafkaConsumer<byte[], byte[]>> consumer = Optional.empty();
    private Optional<KafkaProducer<byte[], byte[]>> producer = Optional.empty();

    /** Up to where the topic is known; -1 if nothing was read yet. */
    private long known = -1;

    /** What was written here and is known without being read, to be told of by the next read. */
    private final Map<StateKey, Optional<byte[]>> own = new HashMap<>();

    /**
     * Connects at the first use.
     *
     * @param settings of the target's clients
     * @param limit how long one request may take
     */
    public StateTopic(String name, Map<String, Object> settings, String clientId, Duration limit) {
        this.name = name;
        this.partition = new TopicPartition(name, 0);
        this.settings = settings;
        this.clientId = clientId;
        this.limit = limit;
    }

    @Override
    public String name() {
        return name;
    }

    /** How many replicas the topic is to have if it is made; of these, as many as there are brokers. */
    public interface Replication {
        int replicas() throws InterruptedException;
    }

    /** Has the topic made with so many replicas, where three are not what is wanted. */
    public StateTopic replicatedBy(Replication wanted) {
        this.replication = wanted;
        return this;
    }

    @Override
    public Optional<String> prepare(Admin target) throws InterruptedException {
        int limitMs = (int) limit.toMillis();
        if (exists(target)) {
            return checkPolicy(target);
        }
        int replicas = replication.replicas();
        try {
            int brokers = target.describeCluster(new DescribeClusterOptions().timeoutMs(limitMs))
                    .nodes()
                    .get()
                    .size();
            NewTopic topic = new NewTopic(name, 1, (short) Math.max(1, Math.min(replicas, brokers)))
                    .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
            target.createTopics(List.of(topic), new CreateTopicsOptions().timeoutMs(limitMs))
                    .all()
                    .get();
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) { // another instance was faster
                return checkPolicy(target);
            }
            return Optional.of("the state topic " + name + " can't be made on the target: " + text(e.getCause())
                    + "; make it by kafka-topics --create --topic " + name
                    + " --partitions 1 --config cleanup.policy=compact");
        }
    }

    private boolean exists(Admin target) throws InterruptedException {
        try {
            target.describeTopics(List.of(name), new DescribeTopicsOptions().timeoutMs((int) limit.toMillis()))
                    .allTopicNames()
                    .get();
            return true;
        } catch (ExecutionException e) {
            return false;
        }
    }

    private Optional<String> checkPolicy(Admin target) throws InterruptedException {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, name);
        try {
            Config config = target.describeConfigs(
                            List.of(topic), new DescribeConfigsOptions().timeoutMs((int) limit.toMillis()))
                    .all()
                    .get()
                    .get(topic);
            String policy = config.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
            return policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)
                    ? Optional.empty()
                    : Optional.of("the state topic " + name + " on the target has cleanup.policy=" + policy
                            + ", which forgets state; set it to compact");
        } catch (ExecutionException e) {
            return Optional.empty(); // who may not see settings must take the topic as it is
        }
    }

    @Override
    public Map<StateKey, Optional<byte[]>> read(Predicate<StateKey> wanted, Runnable onRestart) {
        try {
            return readOn(wanted, onRestart);
        } catch (KafkaException e) {
            consumer.ifPresent(made -> made.close(CloseOptions.timeout(Duration.ZERO)));
            consumer = Optional.empty(); // what was read in vain is to be read again
            known = -1;
            own.clear();
            throw e;
        }
    }

    private Map<StateKey, Optional<byte[]>> readOn(Predicate<StateKey> wanted, Runnable onRestart) {
        KafkaConsumer<byte[], byte[]> reader = reader();
        Map<StateKey, Optional<byte[]>> read = new HashMap<>();
        long end = reader.endOffsets(List.of(partition), limit).getOrDefault(partition, 0L);
        own.forEach((key, value) -> {
            if (wanted.test(key)) {
                read.put(key, value);
            }
        });
        if (end < reader.position(partition, limit)) {
            onRestart.run();
            read.clear();
            reader.seekToBeginning(List.of(partition));
        }
        long deadline = System.nanoTime() + limit.toNanos();
        while (reader.position(partition, limit) < end) {
            try {
                for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
                    StateKey.parse(record.key())
                            .filter(wanted)
                            .ifPresent(key -> read.put(key, Optional.ofNullable(record.value())));
                    deadline = System.nanoTime() + limit.toNanos();
                }
            } catch (OffsetOutOfRangeException e) {
                onRestart.run();
                read.clear();
                reader.seekToBeginning(List.of(partition));
            }
            if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException("the state topic " + name + " has not been read to its end " + end
                        + " within " + limit.toSeconds() + " s");
            }
        }
        own.clear();
        known = reader.position(partition, limit);
        return read;
    }

    private KafkaConsumer<byte[], byte[]> reader() {
        if (consumer.isEmpty()) {
            Map<String, Object> reading = ObserverSettings.reader(settings, clientId);
            reading.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10_000);
            reading.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) limit.toMillis());
            // A fetch that waits for more would hold back the next question for the end on the same connection.
            reading.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 0);
            KafkaConsumer<byte[], byte[]> made = CappedClients.reader(reading);
            consumer = Optional.of(made);
            made.assign(List.of(partition));
            made.seekToBeginning(List.of(partition));
        }
        return consumer.get();
    }

    @Override
    public void write(Map<StateKey, byte[]> records) {
        KafkaProducer<byte[], byte[]> writer = writer();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try {
            records.forEach((key, value) -> sent.add(writer.send(new ProducerRecord<>(name, 0, key.encode(), value))));
            writer.flush();
            long first = Long.MAX_VALUE;
            long last = -1;
            for (Future<RecordMetadata> one : sent) {
                long offset = one.get().offset();
                first = Math.min(first, offset);
                last = Math.max(last, offset);
            }
            if (first == known && last - first + 1 == sent.size()) {
                know(records, last + 1);
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
        }
    }

    /** Nobody else wrote in between, so these need not be read. */
    private void know(Map<StateKey, byte[]> records, long next) {
        records.forEach((key, value) -> own.put(key, Optional.ofNullable(value)));
        reader().seek(partition, next);
        known = next;
    }

    private KafkaProducer<byte[], byte[]> writer() {
        if (producer.isEmpty()) {
            Map<String, Object> writing = ObserverSettings.admin(settings, clientId);
            writing.put(ProducerConfig.ACKS_CONFIG, "all");
            writing.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, limit.toMillis());
            writing.put(ProducerConfig.LINGER_MS_CONFIG, 5);
            writing.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) limit.toMillis() / 2);
            writing.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) limit.toMillis());
            writing.remove("default.api.timeout.ms");
            producer = Optional.of(CappedClients.producer(writing));
        }
        return producer.get();
    }

    @Override
    public void close() {
        consumer.ifPresent(made -> made.close(CloseOptions.timeout(Duration.ZERO)));
        producer.ifPresent(made -> made.close(Duration.ZERO));
        consumer = Optional.empty();
        producer = Optional.empty();
        known = -1;
        own.clear();
    }

    private static String text(Throwable failure) {
        return failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }
}
