package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.config.LinkConfig;
import io.tain.e2e.MirrorFixture;
import io.tain.e2e.StoredState;
import io.tain.offset.MapView;
import io.tain.offset.Translation;
import io.tain.offset.Translation.Kind;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Isolation;
import io.tain.testkit.RawLog;
import io.tain.testkit.TopicReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Maps that have less room than they need. */
@Timeout(180)
class OffsetMapsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final TopicPartition MANY = new TopicPartition("many", 0);
    private static final TopicPartition FEW = new TopicPartition("few", 0);
    private static final int SENT = 10_000;

    /** One chunk of runs; a second one, which is not full yet, is beside it. */
    private static final int ROOM = 4 << 10;

    @Test
    void shouldGiveUpTheOldestRunsOfTheLargestMap() throws Exception {
        try (ClusterPair pair = ClusterPair.start(
                shape -> shape.property("log.cleaner.backoff.ms", 100).property("log.cleaner.threads", 1))) {
            pair.source()
                    .createTopic(
                            MANY.topic(),
                            1,
                            Map.of(
                                    "cleanup.policy",
                                    "compact",
                                    "segment.ms",
                                    "500",
                                    "min.cleanable.dirty.ratio",
                                    "0.01"));
            pair.source().createTopic(FEW.topic(), 1);
            sendHoles(pair);
            LinkConfig config = MirrorFixture.between(pair)
                    .topics("many,few")
                    .set("link.name", "narrow")
                    .config();
            StoredState many = new StoredState(pair.source(), pair.target(), "tain-state", "narrow", MANY);
            StoredState few = new StoredState(pair.source(), pair.target(), "tain-state", "narrow", FEW);

            copy(config, many, SENT + 2);

            MapView kept = many.map();
            assertThat(kept.firstChunk()).isPositive();
            assertThat(kept.sizeInBytes()).isLessThanOrEqualTo(3 * ROOM);
            assertThat(kept.from()).isGreaterThan(SENT / 4);
            assertExact(pair, kept);
            assertThat(few.map().runCount()).isEqualTo(1);

            // The next owner goes on with what is left of it.
            send(pair, MANY, "one-more", System.currentTimeMillis());
            copy(config, many, SENT + 3);
            assertExact(pair, many.map());
            assertThat(many.map().toTarget(SENT + 2, 0).kind()).isEqualTo(Kind.RECORD);
        }
    }

    /** Leaves every other record of the topic, once the cleaner has been there. */
    private static void sendHoles(ClusterPair pair) {
        long time = System.currentTimeMillis() - 600_000;
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(pair.source().clientProperties(), new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < SENT; i++) {
                String key = i % 2 == 0 ? "once-" + i : "often";
                var unused = producer.send(new ProducerRecord<>(MANY.topic(), 0, time, key, "v" + i));
            }
        }
        send(pair, MANY, "next-segment", time + 200_000);
        send(pair, MANY, "active-segment", time + 400_000);
        send(pair, FEW, "one", time);
        Await.until(
                "the cleaner has been here",
                PATIENCE,
                () -> RawLog.batches(pair.source(), MANY).stream()
                                .mapToInt(batch -> batch.count())
                                .sum()
                        < SENT * 2 / 3);
    }

    private static void send(ClusterPair pair, TopicPartition to, String key, long time) {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(pair.source().clientProperties(), new StringSerializer(), new StringSerializer())) {
            var unused = producer.send(new ProducerRecord<>(to.topic(), to.partition(), time, key, key));
        }
    }

    /** Each value says at which offset of the source it is. */
    private static void assertExact(ClusterPair pair, MapView map) {
        for (ConsumerRecord<byte[], byte[]> record :
                TopicReader.read(pair.target().clientProperties(), MANY, Isolation.READ_COMMITTED)) {
            String value = new String(record.value(), StandardCharsets.UTF_8);
            if (value.startsWith("v")) {
                long offset = Long.parseLong(value.substring(1));
                Translation found = map.toTarget(offset, 0);
                if (offset >= map.from()) {
                    assertThat(found).as(value).isEqualTo(new Translation(Kind.RECORD, record.offset()));
                } else {
                    assertThat(found.isKnown()).as(value).isFalse();
                }
            }
        }
    }

    /** Has a link copy all there is, until its map on the target tells of it and is small. */
    private static void copy(LinkConfig config, StoredState state, long end) throws Exception {
        Link link = new Link(config, Extensions.NONE, outcome -> {});
        try {
            link.check();
            link.start(32 << 20, ROOM);
            Await.until(
                    "the map on the target is small and tells of all",
                    PATIENCE,
                    () -> state.map().covered() >= end && state.map().firstChunk() > 0);
        } finally {
            link.stop();
            link.join();
        }
    }
}
