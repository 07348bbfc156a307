package io.tain.e2e.fault;

import io.tain.testkit.Cluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A transaction with a record, and a record behind it that is in none. The producer is gone, and has not ended the transaction. */
final class LeftOpenTransaction {
    private final Admin admin;
    private final TopicPartition partition;

    private LeftOpenTransaction(Admin admin, TopicPartition partition) {
        this.admin = admin;
        this.partition = partition;
    }

    /** Begins it at the end of a partition. */
    static LeftOpenTransaction in(Cluster cluster, TopicPartition partition)
            throws InterruptedException, ExecutionException {
        send(cluster, partition, Map.of("transactional.id", partition.topic(), "transaction.timeout.ms", 900_000));
        send(cluster, partition, Map.of());
        return new LeftOpenTransaction(cluster.admin(), partition);
    }

    private static void send(Cluster cluster, TopicPartition to, Map<String, Object> overrides)
            throws InterruptedException, ExecutionException {
        Map<String, Object> settings = new HashMap<>(cluster.directProperties());
        settings.putAll(overrides);
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        if (overrides.containsKey("transactional.id")) {
            producer.initTransactions();
            producer.beginTransaction();
        }
        producer.send(new ProducerRecord<>(to.topic(), to.partition(), null, new byte[10]))
                .get();
        producer.close(Duration.ZERO); // else it would end the transaction
    }

    /** Ends it as {@code kafka-transactions abort} does. */
    void abort() throws InterruptedException, ExecutionException {
        ProducerState hanging =
                admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers().stream()
                        .filter(producer ->
                                producer.currentTransactionStartOffset().isPresent())
                        .findFirst()
                        .orElseThrow();
        admin.abortTransaction(new AbortTransactionSpec(
                        partition,
                        hanging.producerId(),
                        (short) hanging.producerEpoch(),
                        hanging.coordinatorEpoch().orElse(0)))
                .all()
                .get();
    }
}
