package io.tain.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Shows that the auditor sees each kind of damage, and none where there is none. */
class AuditorIT {
    private static final int RECORDS = 20;
    private static final int VICTIM = 10;
    private static final long TIME = 1_700_000_000_000L;
    private static ClusterPair pair;
    private static int topics;

    private final String topic = "audit-" + ++topics;

    @BeforeAll
    static void start() {
        pair = ClusterPair.start();
    }

    @AfterAll
    static void stop() {
        pair.close();
    }

    @Test
    void shouldFindAFaithfulCopyEqual() {
        PartitionAudit audit = copy(records -> {});

        assertThat(audit.firstDifference()).isEmpty();
        AuditReport report = pair.audit(topic);
        assertThat(report.isExactlyOnce()).isTrue();
        assertThat(report.verdict()).startsWith("EQUAL: 1 partitions, 20 source and 20 target records, 0 missing");
    }

    @Test
    void shouldCatchAMissingRecord() {
        PartitionAudit audit = copy(records -> records.remove(VICTIM));

        assertThat(audit.missing()).isEqualTo(1);
        assertDifference(audit, Difference.Kind.MISSING, VICTIM);
        assertThat(pair.audit(topic).isComplete()).isFalse();
    }

    @Test
    void shouldCatchADuplicate() {
        PartitionAudit audit = copy(records -> records.add(VICTIM, records.get(VICTIM)));

        assertThat(audit.duplicates()).isEqualTo(1);
        AuditReport report = pair.audit(topic);
        assertThat(report.isAtLeastOnce()).isTrue();
        assertThat(report.isExactlyOnce()).isFalse();
        assertThat(report.verdict()).startsWith("EQUAL WITH DUPLICATES").endsWith("1 duplicates");
    }

    @Test
    void shouldCatchSwappedRecords() {
        PartitionAudit audit = copy(records -> Collections.swap(records, VICTIM, VICTIM + 1));

        assertThat(audit.outOfOrder()).isEqualTo(1);
        assertDifference(audit, Difference.Kind.OUT_OF_ORDER, VICTIM);
        assertThat(pair.audit(topic).isOrdered()).isFalse();
        assertThat(pair.audit(topic).isComplete()).isTrue();
    }

    @Test
    void shouldCatchAnAlteredValue() {
        assertAltered("value", record -> copyOf(record, TIME + VICTIM, record.key(), bytes("other")));
    }

    @Test
    void shouldCatchAnAlteredKey() {
        assertAltered("key", record -> copyOf(record, TIME + VICTIM, null, record.value()));
    }

    @Test
    void shouldCatchAnAlteredTimestamp() {
        assertAltered("timestamp", record -> copyOf(record, TIME, record.key(), record.value()));
    }

    @Test
    void shouldCatchAnAlteredHeader() {
        assertAltered("headers", record -> {
            ProducerRecord<byte[], byte[]> copy = copyOf(record, TIME + VICTIM, record.key(), record.value());
            copy.headers().remove("b");
            copy.headers().add("b", bytes("2"));
            return copy;
        });
    }

    @Test
    void shouldCatchAReorderedHeader() {
        assertAltered("headers", record -> {
            ProducerRecord<byte[], byte[]> copy = copyOf(record, TIME + VICTIM, record.key(), record.value());
            copy.headers().remove("a");
            copy.headers().add("a", bytes("1"));
            return copy;
        });
    }

    @Test
    void shouldTakeAMissingTopicAndAMissingPartitionForMissingRecords() {
        pair.source().createTopic(topic, 2);
        write(pair.source(), originals());

        assertThat(pair.audit(topic).partitions())
                .extracting(PartitionAudit::missing)
                .containsExactly(20L, 0L);
        pair.target().createTopic(topic, 1);
        write(pair.target(), originals());
        assertThat(pair.audit(topic).isExactlyOnce()).isTrue();
    }

    @Test
    void shouldRequireOnlyWhatIsCommitted() {
        copy(records -> records.subList(VICTIM, RECORDS).clear());

        Auditor auditor = Auditor.between(pair.source(), pair.target());

        assertThat(auditor.audit(topic).isComplete()).isFalse();
        auditor.requiredBelow(Map.of(new TopicPartition(topic, 0), (long) VICTIM));
        assertThat(auditor.audit(topic).isExactlyOnce()).isTrue();
    }

    @Test
    void shouldExcuseWhatCompactionTookOnEitherSide() {
        PartitionAudit audit = keyed("a1 b1 a2 c1 c_ d1", "a1 b1 b0 b1 a2 d1", Auditor::compacted);

        assertThat(audit.firstDifference()).isEmpty();
        assertThat(audit.missing() + audit.invented() + audit.outOfOrder()).isZero();
    }

    @Test
    void shouldCatchAnOldLatestValueInACompactedTopic() {
        PartitionAudit audit = keyed("a1 b1 a2", "a1 b1 a2 a1", Auditor::compacted);

        assertThat(audit.firstDifference()).get().extracting(Difference::kind).isEqualTo(Difference.Kind.OLD_VALUE);
    }

    @Test
    void shouldCatchAMissingAndAnInventedLatestValueInACompactedTopic() {
        assertThat(keyed("a1 b1 a2", "a1 a2", Auditor::compacted).missing()).isEqualTo(1);
        assertThat(keyed("a1 b1", "a1 b1 x1", Auditor::compacted).invented()).isEqualTo(1);
    }

    private void assertAltered(
            String field, java.util.function.UnaryOperator<ProducerRecord<byte[], byte[]>> alteration) {
        PartitionAudit audit = copy(records -> records.set(VICTIM, alteration.apply(records.get(VICTIM))));

        assertThat(audit.invented()).isEqualTo(1);
        assertThat(audit.missing()).isEqualTo(1);
        assertDifference(audit, Difference.Kind.NOT_IN_SOURCE, VICTIM);
        assertThat(audit.firstDifference().orElseThrow().what()).isEqualTo("other " + field);
        assertThat(pair.audit(topic).isFaithful()).isFalse();
        assertThat(pair.audit(topic).verdict()).startsWith("DIFFERENT");
    }

    private static void assertDifference(PartitionAudit audit, Difference.Kind kind, long offset) {
        Difference difference = audit.firstDifference().orElseThrow();
        assertThat(difference.kind()).isEqualTo(kind);
        assertThat(difference.sourceOffset()).isEqualTo(offset);
        assertThat(difference.targetOffset()).isEqualTo(offset);
    }

    /** Writes the originals to the source, and to the target what the damage makes of them. */
    private PartitionAudit copy(Consumer<List<ProducerRecord<byte[], byte[]>>> damage) {
        List<ProducerRecord<byte[], byte[]>> copies = new ArrayList<>(originals());
        damage.accept(copies);
        pair.source().createTopic(topic, 1);
        pair.target().createTopic(topic, 1);
        write(pair.source(), originals());
        write(pair.target(), copies);
        return pair.audit(topic).partitions().get(0);
    }

    /** Writes records like "a1": key a, value 1; "a_" is a tombstone. */
    private PartitionAudit keyed(String source, String target, Consumer<Auditor> settings) {
        String name = "audit-" + ++topics;
        for (Map.Entry<EmbeddedCluster, String> side :
                Map.of(pair.source(), source, pair.target(), target).entrySet()) {
            side.getKey().createTopic(name, 1);
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (String record : side.getValue().split(" ", -1)) {
                byte[] value = record.endsWith("_") ? null : bytes(record.substring(1));
                records.add(new ProducerRecord<>(name, 0, TIME, bytes(record.substring(0, 1)), value));
            }
            write(side.getKey(), records);
        }
        Auditor auditor = Auditor.between(pair.source(), pair.target());
        settings.accept(auditor);
        return auditor.audit(name).partitions().get(0);
    }

    private List<ProducerRecord<byte[], byte[]>> originals() {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            ProducerRecord<byte[], byte[]> record =
                    new ProducerRecord<>(topic, 0, TIME + i, bytes("key-" + i), bytes("value-" + i));
            record.headers().add("a", bytes("1")).add("b", null);
            records.add(record);
        }
        return records;
    }

    private static ProducerRecord<byte[], byte[]> copyOf(
            ProducerRecord<byte[], byte[]> record, long timestamp, byte[] key, byte[] value) {
        return new ProducerRecord<>(record.topic(), 0, timestamp, key, value, record.headers());
    }

    private static void write(EmbeddedCluster cluster, List<ProducerRecord<byte[], byte[]>> records) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                new HashMap<>(cluster.clientProperties()), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (ProducerRecord<byte[], byte[]> record : records) {
                var unused = producer.send(record);
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
