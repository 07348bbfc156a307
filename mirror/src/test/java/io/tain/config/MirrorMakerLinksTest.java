package io.tain.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MirrorMakerLinksTest {
    private static final String CONSUMER = "bootstrap.servers=s:9092\ngroup.id=mm\n";
    private static final String PRODUCER = "bootstrap.servers=t:9092\n";

    @TempDir
    private Path folder;

    @Test
    void shouldMakeALinkOfMirrorMakersFiles() throws Exception {
        Links links = read(CONSUMER, PRODUCER);

        LinkConfig link = links.configs().get(0);
        assertThat(links.warnings()).isEmpty();
        assertThat(link.name()).isEqualTo("mm");
        assertThat(link.groupId()).isEqualTo("mm");
        assertThat(link.source().start()).isEqualTo(StartPosition.EARLIEST);
        assertThat(link.source().readCommitted()).isTrue();
        assertThat(link.target().guarantees()).isEqualTo(new TargetConfig.Guarantees((short) -1, true, 5));
        assertThat(link.target().onRefused()).isEqualTo(OnRefused.ABORT);
        assertThat(link.tuning().intervals().commit()).isEqualTo(Duration.ofSeconds(5));
        assertThat(link.tuning().queueRecords()).isEqualTo(OptionalInt.of(10_000));
        assertThat(link.topics().matches("anything")).isTrue();
    }

    @Test
    void shouldMakeALinkOfEachSourceIntoTheOneTarget() throws Exception {
        Path one = write("one.properties", CONSUMER);
        Path two = write("two.properties", "bootstrap.servers=s2:9092\ngroup.id=mm\n");
        Path producer = write("producer.properties", PRODUCER);

        Links links = MirrorMakerLinks.read(settings(List.of(one, two), producer), Map.of());

        assertThat(links.configs()).extracting(LinkConfig::name).containsExactly("mm-0", "mm-1");
        assertThat(links.configs())
                .extracting(link -> link.source().client().get("bootstrap.servers"))
                .containsExactly("s:9092", "s2:9092");
        assertThat(links.configs())
                .extracting(link -> link.target().client().get("bootstrap.servers"))
                .containsExactly("t:9092", "t:9092");
    }

    @ParameterizedTest
    @CsvSource({
        "autooffset.reset=earliest, auto.offset.reset, earliest",
        "auto.offset.reset=smallest, auto.offset.reset, earliest",
        "auto.offset.reset=largest, auto.offset.reset, latest",
        "socket.buffersize=1000, receive.buffer.bytes, 1000",
        "socket.buffer.size=1000, receive.buffer.bytes, 1000",
        "socket.receive.buffer=1000, receive.buffer.bytes, 1000",
        "socket.receive.buffer.bytes=1000, receive.buffer.bytes, 1000",
        "socket.send.buffer=1000, send.buffer.bytes, 1000",
        "socket.send.buffer.bytes=1000, send.buffer.bytes, 1000",
        "fetch.size=1000, max.partition.fetch.bytes, 1000",
        "max.fetch.size=1000, max.partition.fetch.bytes, 1000",
        "fetch.message.max.bytes=1000, max.partition.fetch.bytes, 1000",
        "fetch.wait.max.ms=10, fetch.max.wait.ms, 10",
        "max.fetch.wait.ms=10, fetch.max.wait.ms, 10",
        "min.fetch.bytes=10, fetch.min.bytes, 10",
        "backoff.increment.ms=10, retry.backoff.ms, 10",
        "fetcher.backoff.ms=10, retry.backoff.ms, 10",
        "refresh.leader.backoff.ms=10, retry.backoff.ms, 10",
        "socket.timeout.ms=31000, request.timeout.ms, 31000",
        "security.protocol=PLAINTEXTSASL, security.protocol, SASL_PLAINTEXT",
        "partition.assignment.strategy=range, partition.assignment.strategy,"
                + " org.apache.kafka.clients.consumer.RangeAssignor",
        "partition.assignment.strategy=roundrobin, partition.assignment.strategy,"
                + " org.apache.kafka.clients.consumer.RoundRobinAssignor",
    })
    void shouldUnderstandOldConsumerSettings(String line, String key, String value) throws Exception {
        Links links = read(CONSUMER + line + "\n", PRODUCER);

        assertThat(links.configs().get(0).source().client()).containsEntry(key, value);
        assertOneWarning(links, line, line.startsWith(key) ? value : key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"autocommit.enable", "auto.commit.enable", "auto.commit.enabled"})
    void shouldUnderstandOldNamesOfAutomaticCommits(String key) throws Exception {
        Links links = read(CONSUMER + key + "=false\n", PRODUCER);

        assertOneWarning(links, key + "=false", "enable.auto.commit");
        assertThat(links.configs().get(0).source().client()).doesNotContainKey("enable.auto.commit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"groupid", "group"})
    void shouldUnderstandOldNamesOfTheGroup(String key) throws Exception {
        Links links = read("bootstrap.servers=s:1\n" + key + "=old\n", PRODUCER);

        assertThat(links.configs().get(0).groupId()).isEqualTo("old");
        assertOneWarning(links, key + "=old", "group.id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"metadata.broker.list", "broker.list", "bootstrap.server"})
    void shouldUnderstandOldNamesOfTheBrokers(String key) throws Exception {
        Links links = read(CONSUMER, key + "=t2:9092\n");

        assertThat(links.configs().get(0).target().client()).containsEntry("bootstrap.servers", "t2:9092");
        assertOneWarning(links, key + "=t2:9092", "bootstrap.servers");
    }

    @ParameterizedTest
    @CsvSource({
        "request.required.acks=-1, acks, -1",
        "compression.codec=gzip, compression.type, gzip",
        "compression.codec=0, compression.type, none",
        "compression.codec=1, compression.type, gzip",
        "compression.codec=2, compression.type, snappy",
        "compression.codec=3, compression.type, lz4",
        "queue.buffering.max.ms=5, linger.ms, 5",
        "queue.time=5, linger.ms, 5",
        "message.send.max.retries=3, retries, 3",
        "num.retries=3, retries, 3",
        "zk.read.num.retries=3, retries, 3",
        "topic.metadata.refresh.interval.ms=1000, metadata.max.age.ms, 1000",
        "buffer.size=1000, send.buffer.bytes, 1000",
        "socket.send.buffer.bytes=1000, send.buffer.bytes, 1000",
        "connect.timeout.ms=1000, socket.connection.setup.timeout.ms, 1000",
        "max.message.size=1000, max.request.size, 1000",
        "timeout.ms=1000, request.timeout.ms, 1000",
        "metadata.fetch.timeout.ms=1000, max.block.ms, 1000",
    })
    void shouldUnderstandOldProducerSettings(String line, String key, String value) throws Exception {
        Links links = read(CONSUMER, PRODUCER + line + "\n");

        assertThat(links.configs().get(0).target().client()).containsEntry(key, value);
        assertOneWarning(links, line, key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zookeeper.connect",
                "zk.connect",
                "zookeeper.connection.timeout.ms",
                "zookeeper.session.timeout.ms",
                "zk.sessiontimeout.ms",
                "zookeeper.sync.time.ms",
                "rebalance.max.retries",
                "rebalance.backoff.ms",
                "consumer.id",
                "num.consumer.fetchers",
                "queued.max.message.chunks",
                "consumer.timeout.ms",
                "mirror.topics.whitelist",
                "mirror.topics.blacklist",
                "offsets.storage",
                "dual.commit.enabled",
                "shallowiterator.enable",
                "block.on.buffer.full",
                "producer.type",
                "serializer.class",
                "key.serializer.class",
                "batch.num.messages",
                "queue.buffering.max.messages",
                "queue.enqueue.timeout.ms",
                "compressed.topics",
            })
    void shouldSayWhySettingsHaveNoMeaningAnyMore(String key) throws Exception {
        Links links = read(CONSUMER + key + "=1\n", PRODUCER + key + "=1\n");

        assertThat(links.warnings())
                .hasSize(2)
                .allMatch(warning -> warning.toString().contains(key + " = 1: has no meaning any more: "));
        assertThat(links.configs().get(0).source().client()).doesNotContainKey(key);
        assertThat(links.configs().get(0).target().client()).doesNotContainKey(key);
    }

    @Test
    void shouldDropThePartitionersOfOldReleases() throws Exception {
        Links links = read(CONSUMER, PRODUCER + "partitioner.class=kafka.producer.DefaultPartitioner\n");

        assertOneWarning(links, "partitioner.class=kafka.producer.DefaultPartitioner", "keep their partition");
    }

    @Test
    void shouldPreferTheNewNameWhenBothAreGiven() throws Exception {
        Links links = read(CONSUMER, PRODUCER + "acks=all\nrequest.required.acks=1\n");

        assertThat(links.configs().get(0).target().guarantees().acks()).isEqualTo((short) -1);
        assertOneWarning(links, "request.required.acks=1", "acks");
    }

    @Test
    void shouldSayWhatToSetInsteadOfZookeeper() {
        InvalidConfigException e = refused("zookeeper.connect=zk:2181\ngroup.id=g\n", PRODUCER);

        assertThat(e.errors())
                .extracting(Problem::toString)
                .anySatisfy(line -> assertThat(line)
                        .contains("consumer.properties:1", "zookeeper.connect = zk:2181", "set bootstrap.servers"));
    }

    @Test
    void shouldSayThatTheGroupIsMissing() {
        InvalidConfigException e = refused("bootstrap.servers=s:1\ngroup_id=x\n", PRODUCER);

        assertThat(e.errors()).hasSize(1);
        assertThat(e.getMessage()).contains("consumer.properties", "group.id", "missing", "group_id");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "host-6667; write host:6667",
                "a:9092,kafka-source-server3-6667; write kafka-source-server3:6667",
                "host; write host:9092",
                "host:port; host:9092",
                "host:0; 1 to 65535",
                "host:123456; 1 to 65535",
                "host:9092,; extra comma",
                "0:host:9092; broker id; write host:9092",
                "http://host:9092/x; host:9092",
            })
    void shouldNameABadEntryOfTheBrokers(String brokers, String remedy) {
        InvalidConfigException e = refused("group.id=g\nbootstrap.servers=" + brokers + "\n", PRODUCER);

        assertThat(e.errors()).hasSize(1);
        assertThat(e.getMessage()).contains("consumer.properties:2", "bootstrap.servers = " + brokers, remedy);
    }

    @Test
    void shouldAcceptEveryFormOfABrokersAddress() throws Exception {
        Links links = read(
                "group.id=g\nbootstrap.servers=a:1, b.c:65535 ,[::1]:9092,10.0.0.1:9092,PLAINTEXT://h:9092\n",
                PRODUCER);

        assertThat(links.configs()).hasSize(1);
    }

    @Test
    void shouldHonourInternalTopicsWhenAsked() throws Exception {
        Links links = read(CONSUMER + "exclude.internal.topics=false\n", PRODUCER);

        assertThat(links.configs().get(0).topics().matches("__consumer_offsets"))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "acks=1, 1, false, 1",
        "acks=0, 0, false, 1",
        "acks=all, -1, true, 5",
        "enable.idempotence=false, -1, false, 1",
        "max.in.flight.requests.per.connection=2, -1, true, 2",
    })
    void shouldMeanByGuaranteesWhatAProducerDoes(String line, short acks, boolean idempotent, int inFlight)
            throws Exception {
        Links links = read(CONSUMER, PRODUCER + line + "\n");

        assertThat(links.configs().get(0).target().guarantees())
                .isEqualTo(new TargetConfig.Guarantees(acks, idempotent, inFlight));
    }

    private static void assertOneWarning(Links links, String line, String remedy) {
        assertThat(links.warnings()).hasSize(1);
        assertThat(links.warnings().get(0).toString()).contains(line.replaceFirst("=", " = "), remedy);
    }

    private Links read(String consumer, String producer) throws InvalidConfigException, IOException {
        Path consumerFile = write("consumer.properties", consumer);
        return MirrorMakerLinks.read(settings(List.of(consumerFile), write("producer.properties", producer)), Map.of());
    }

    private InvalidConfigException refused(String consumer, String producer) {
        return catchThrowableOfType(InvalidConfigException.class, () -> read(consumer, producer));
    }

    private static MirrorMakerSettings settings(List<Path> consumers, Path producer) {
        return new MirrorMakerSettings(
                consumers,
                producer,
                Optional.of(new MirrorMakerSettings.Given("--include", "topics.include", "*")),
                Optional.empty(),
                new ArrayList<>(),
                OnRefused.ABORT);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
