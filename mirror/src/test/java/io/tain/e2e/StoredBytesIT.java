package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.ClusterPair;
import io.tain.testkit.RawBatch;
import io.tain.testkit.RawLog;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What only lies in a broker's files: batches that went bad there, and batches of formats that no client writes now. */
class StoredBytesIT {
    private static final String SEGMENT = "00000000000000000000.log";
    private static final long TIME = 1_600_000_000_000L;
    private static final List<String> BAD = List.of("bad-forwarded", "bad-transcoded", "bad-handled");

    private static ClusterPair pair;

    /** Writes everything, then changes the files of the stopped source, and starts it again. */
    @BeforeAll
    static void startClusters() throws IOException {
        pair = ClusterPair.start();
        for (String topic : BAD) {
            pair.source().createTopic(topic, 2);
            try (RecordSender sender = RecordSender.to(pair.source(), Map.of("compression.type", "lz4"))) {
                for (int batch = 0; batch < 3; batch++) {
                    sender.batch(RecordSender.numbered(new TopicPartition(topic, 0), 10 * batch, 10));
                    sender.batch(RecordSender.numbered(new TopicPartition(topic, 1), 10 * batch, 10));
                }
            }
        }
        for (String topic : List.of("magic-0", "magic-1")) {
            pair.source().createTopic(topic, 1);
            try (RecordSender sender = RecordSender.to(pair.source())) {
                sender.batch(RecordSender.numbered(new TopicPartition(topic, 0), 0, 8));
            }
        }
        int node = pair.source().nodeIds().get(0);
        pair.source().stop(node);
        for (String topic : BAD) {
            flipLastByteOfSecondBatch(directory(topic).resolve(SEGMENT));
        }
        replace(directory("magic-0"), oldFormat((byte) 0, TimestampType.NO_TIMESTAMP_TYPE));
        replace(directory("magic-1"), oldFormat((byte) 1, TimestampType.CREATE_TIME));
        pair.source().start(node);
    }

    @AfterAll
    static void stopClusters() {
        pair.close();
    }

    private static Path directory(String topic) {
        int node = pair.source().nodeIds().get(0);
        return pair.source().logDirectory(node).resolve(topic + "-0");
    }

    private static void flipLastByteOfSecondBatch(Path segment) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(8);
            int first = 12 + file.readInt();
            file.seek(first + 8L);
            long last = first + 12L + file.readInt() - 1;
            file.seek(last);
            int was = file.read();
            file.seek(last);
            file.write(was ^ 0x10);
        }
    }

    /** Four records one by one, and four in a compressed wrapper. */
    private static ByteBuffer oldFormat(byte magic, TimestampType type) {
        MemoryRecords plain = MemoryRecords.withRecords(magic, 0, Compression.NONE, type, records(magic, 0));
        MemoryRecords wrapped =
                MemoryRecords.withRecords(magic, 4, Compression.gzip().build(), type, records(magic, 4));
        ByteBuffer both = ByteBuffer.allocate(plain.sizeInBytes() + wrapped.sizeInBytes());
        return both.put(plain.buffer()).put(wrapped.buffer()).flip();
    }

    private static SimpleRecord[] records(byte magic, int first) {
        return IntStream.range(first, first + 4)
                .mapToObj(number -> new SimpleRecord(
                        magic == 0 ? -1 : TIME + number,
                        ("key-" + number).getBytes(StandardCharsets.UTF_8),
                        ("old-" + number).getBytes(StandardCharsets.UTF_8)))
                .toArray(SimpleRecord[]::new);
    }

    /** Without the files that are derived from it, the broker builds them anew from the segment. */
    private static void replace(Path directory, ByteBuffer content) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(path -> path.toString().matches(".*(index|snapshot)"))
                    .toList()) {
                Files.delete(file);
            }
        }
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        Files.write(directory.resolve(SEGMENT), bytes);
    }

    private static List<String> values(int count) {
        return IntStream.range(0, count).mapToObj(number -> "value-" + number).toList();
    }

    private static void assertHaltsAtTheBadBatch(MirrorFixture link, String topic) throws Exception {
        TopicPartition bad = new TopicPartition(topic, 0);
        TopicPartition good = new TopicPartition(topic, 1);
        try (RunningMirror mirror = link.topics(topic).start()) {
            String reason = mirror.awaitHalted(bad);

            // then nothing of it has arrived, and the others flow
            assertThat(reason).contains("corrupt").contains(topic + "-0@10");
            mirror.awaitCommitted(Map.of(bad, 10L, good, 30L));
            assertThat(Seen.values(pair.target(), bad)).isEqualTo(values(10));
            assertThat(Seen.values(pair.target(), good)).isEqualTo(values(30));
            assertThat(RawLog.batches(pair.target(), bad)).allMatch(RawBatch::isCrcValid);
        }
    }

    @Test
    void shouldNotForwardACorruptBatch() throws Exception {
        assertThat(RawLog.batches(pair.source(), new TopicPartition("bad-forwarded", 0)).stream()
                        .map(RawBatch::isCrcValid))
                .containsExactly(true, false, true);
        assertHaltsAtTheBadBatch(MirrorFixture.between(pair), "bad-forwarded");
    }

    @Test
    void shouldNotTranscodeACorruptBatch() throws Exception {
        assertHaltsAtTheBadBatch(MirrorFixture.between(pair).set("target.compression.type", "gzip"), "bad-transcoded");
    }

    @Test
    void shouldNotHandACorruptBatchToAHandler() throws Exception {
        assertHaltsAtTheBadBatch(
                MirrorFixture.between(pair)
                        .handler(record -> List.of(new ProducerRecord<>(
                                record.topic(), record.partition(), record.timestamp(), record.key(), record.value()))),
                "bad-handled");
    }

    @Test
    void shouldRewriteOldFormats() throws Exception {
        // given
        TopicPartition without = new TopicPartition("magic-0", 0);
        TopicPartition with = new TopicPartition("magic-1", 0);
        assertThat(Seen.values(pair.source(), without)).hasSize(8);
        assertThat(Seen.values(pair.source(), with)).hasSize(8);

        // when
        try (RunningMirror mirror =
                MirrorFixture.between(pair).topics("magic-.").start()) {
            mirror.awaitCaughtUp("magic-0", "magic-1");

            // then
            for (TopicPartition partition : List.of(without, with)) {
                assertThat(Seen.in(pair.target(), partition)).isEqualTo(Seen.in(pair.source(), partition));
                assertThat(RawLog.batches(pair.target(), partition)).allMatch(batch -> batch.magic() == 2);
            }
            assertThat(Seen.in(pair.target(), with)).first().isEqualTo(new Seen("key-0", "old-0", List.of(), TIME));
            assertThat(mirror.status().totals().transcodedBatches()).containsOnlyKeys("old-format");
            assertThat(mirror.status().totals().forwardedBatches()).isZero();
        }
    }
}
