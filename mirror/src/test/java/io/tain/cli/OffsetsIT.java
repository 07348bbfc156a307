package io.tain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.MirrorFixture;
import io.tain.e2e.RunningMirror;
import io.tain.e2e.StoredState;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Isolation;
import io.tain.testkit.TopicReader;
import io.tain.testkit.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code tain offsets} against what is really on both sides. */
@Timeout(120)
class OffsetsIT {
    private static final TopicPartition PARTITION = new TopicPartition("moved", 0);

    @TempDir
    private Path folder;

    private static List<ConsumerRecord<byte[], byte[]>> records(Map<String, Object> client) {
        return TopicReader.read(client, PARTITION, Isolation.READ_COMMITTED);
    }

    private String file;

    private String offsets(int expected, String... arguments) {
        CommandFixture tain = new CommandFixture(folder);
        List<String> all = new ArrayList<>(List.of("offsets"));
        all.addAll(Arrays.asList(arguments));
        int status = tain.run(all.toArray(new String[0]));
        assertThat(status).as(tain.out() + tain.err()).isEqualTo(expected);
        return tain.out() + tain.err();
    }

    private String translate(String... more) {
        List<String> all = new ArrayList<>(List.of("translate", "--json", file));
        all.addAll(Arrays.asList(more));
        return offsets(0, all.toArray(new String[0]));
    }

    private String translateOne(long offset, String... more) {
        List<String> all = new ArrayList<>(Arrays.asList(more));
        all.addAll(List.of("--topic", "moved", "--partition", "0", "--offset", Long.toString(offset)));
        return translate(all.toArray(new String[0]));
    }

    @Test
    void shouldTranslateEveryOffsetBothWays() throws Exception {
        try (ClusterPair pair = ClusterPair.start()) {
            // given transactions, some of them aborted
            pair.source().createTopic(PARTITION.topic(), 1);
            try (Workload load = Workload.to(pair.source().clientProperties(), PARTITION.topic(), 1)
                    .transactions("of-moved", 3, 4)
                    .open()) {
                load.write(40);
            }
            MirrorFixture link =
                    MirrorFixture.between(pair).topics(PARTITION.topic()).set("link.name", "mover");
            file = new CommandFixture(folder).write("mover.properties", link.text());
            try (RunningMirror mirror = link.start()) {
                mirror.awaitCaughtUp(PARTITION.topic());
                mirror.stop();
            }
            List<ConsumerRecord<byte[], byte[]>> source = records(pair.source().directProperties());
            List<ConsumerRecord<byte[], byte[]>> target = records(pair.target().directProperties());
            assertThat(target).hasSameSizeAs(source);

            // then each record is found
            for (int i = 0; i < source.size(); i += 5) {
                String there = translateOne(source.get(i).offset());
                assertThat(there).contains("\"translated\":" + target.get(i).offset() + ",\"how\":\"record\"");
                String back = translateOne(target.get(i).offset(), "--reverse");
                assertThat(back).contains("\"translated\":" + source.get(i).offset() + ",\"how\":\"record\"");
            }
            assertThat(translate("--topic", "moved", "--offset", "0"))
                    .contains("\"partition\":0,\"offset\":0,\"translated\":0,\"how\":\"record\"");
            new StoredState(pair.source(), pair.target(), "tain-state", "mover", PARTITION).assertMapIsExact();
            assertThat(offsets(0, "map", file, "moved-0")).startsWith("SOURCE").contains("0       0       3");

            // and a group's offsets are, too
            pair.source()
                    .admin()
                    .alterConsumerGroupOffsets(
                            "billing",
                            Map.of(
                                    PARTITION,
                                    new OffsetAndMetadata(source.get(7).offset() - 1)))
                    .all()
                    .get();
            assertThat(translate("--group", "billing")).contains("\"translated\":");

            // and what is wrong is said
            assertThat(offsets(1, "map", file, "moved-7")).contains("has no offset map of moved-7");
            assertThat(offsets(2, "translate", file, "--topic", "moved")).contains("write: tain offsets translate");
            assertThat(offsets(1, "translate", file, "--topic", "no-such", "--offset", "3"))
                    .contains("the target has no topic no-such");
            assertThat(offsets(1, "translate", file, "--group", "nobody")).contains("has committed nothing");

            // and of another topic of the same name nothing is said
            pair.target().admin().deleteTopics(List.of("moved")).all().get();
            pair.target().createTopic("moved", 2);
            try (Workload other =
                    Workload.to(pair.target().clientProperties(), "moved", 2).open()) {
                other.write(20);
            }
            String nothing = offsets(1, "translate", file, "--topic", "moved", "--offset", "7");
            assertThat(nothing).contains("moved  0          7       -").contains("moved  1          7       -");
            assertThat(offsets(1, "map", file, "moved-0")).contains("has no offset map of moved-0");
        }
    }
}
