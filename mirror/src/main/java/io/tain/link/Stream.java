package io.tain.link;

import io.tain.batch.HandlerStage;
import io.tain.batch.MemoryBudget;
import io.tain.batch.TargetTraits;
import io.tain.batch.TargetTraits.Handling;
import io.tain.batch.Transcoder;
import io.tain.config.LinkConfig;
import io.tain.config.TargetConfig;
import io.tain.link.StartFailure.Side;
import io.tain.source.BatchIntake;
import io.tain.source.EchoGuard;
import io.tain.source.ReaderListener;
import io.tain.source.ReaderTerms;
import io.tain.source.SourceReader;
import io.tain.target.TargetWriter;
import io.tain.target.WriterListener;
import io.tain.target.WriterTerms;
import io.tain.topic.TopicState;
import io.tain.wire.CappedClients;
import io.tain.wire.FetchClient;
import io.tain.wire.ProduceClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.IsolationLevel;

/** Wires one stream of a link: a group member with its reader and writers. It decides nothing. */
final class Stream {
    /** What one batch may decompress to. Brokers take batches of 1 MiB by default, and codecs rarely gain more than this. */
    static final int MAX_DECOMPRESSED_BYTES = 64 << 20;

    /** Small next to a broker's socket.request.max.bytes (100 MiB), large enough to fill any link with five in flight. */
    private static final int MAX_REQUEST_BYTES = 4 << 20;

    /** Buffers for so much of the budget are kept while there is less to copy. */
    private static final int KEPT_SHARE = 3;

    private final Link link;
    private final LinkConfig config;
    private final int index;
    private final long budgetBytes;
    private final AtomicLong queuedRecords = new AtomicLong();
    private final Pace pace = new SystemPace();

    Stream(Link link, int index, long budgetBytes) {
        this.link = link;
        this.config = link.config();
        this.index = index;
        this.budgetBytes = budgetBytes;
    }

    /** The stream's control thread's task, whose data path is not started yet. */
    GroupMember member(LinkReports reports) {
        return new GroupMember(
                config,
                CappedClients.member(link.settings().member(index), link.watch(Side.SOURCE)),
                this::path,
                link.extensions().rebalanceListener(),
                reports,
                pace);
    }

    private DataPath path(StreamEvents events) {
        List<WriterLoop> writers = new ArrayList<>();
        for (int i = 0; i < config.tuning().writers(); i++) {
            int writer = i;
            writers.add(new WriterLoop(
                    listener -> writer(writer, listener),
                    config.target().onRefused(),
                    link.counters(),
                    events,
                    link.desks().topics()::ask,
                    pace));
        }
        // The budget wakes the reader, and the reader needs the budget.
        AtomicReference<ReaderLoop> self = new AtomicReference<>();
        MemoryBudget budget = new MemoryBudget(budgetBytes, () -> self.get().wakeup());
        ReaderLoop reader = new ReaderLoop(listener -> reader(listener, writers, budget), writers, events, pace);
        self.set(reader);
        boolean handled = link.extensions().handler().isPresent();
        return new DataPath(
                reader,
                writers,
                link.desks(),
                this::traits,
                queuedRecords,
                handled ? DataPath.Mode.HANDLER : DataPath.Mode.SAME_TOPIC);
    }

    private TargetTraits traits(TopicState.Ready topic) {
        TargetConfig target = config.target();
        return new TargetTraits(
                topic.timestampType(),
                Math.min(topic.maxMessageBytes(), target.maxRequestSize().orElse(Integer.MAX_VALUE)),
                target.compression(),
                link.extensions().handler().isPresent() ? Handling.RECORD_HANDLER : Handling.NONE);
    }

    private SourceReader reader(ReaderListener listener, List<WriterLoop> writers, MemoryBudget budget) {
        Map<String, Object> client = new HashMap<>(config.source().client());
        // The system's own tuning follows the link's delay and bandwidth; the consumer's 64 KiB would cap a long link.
        client.putIfAbsent(ConsumerConfig.RECEIVE_BUFFER_CONFIG, "-1");
        boolean committed = config.source().readCommitted();
        FetchClient.Terms terms = new FetchClient.Terms(
                committed ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED,
                number(client, ConsumerConfig.FETCH_MIN_BYTES_CONFIG, ConsumerConfig.DEFAULT_FETCH_MIN_BYTES),
                budgetBytes / KEPT_SHARE,
                String.valueOf(client.getOrDefault(ConsumerConfig.CLIENT_RACK_CONFIG, "")));
        int maxFetch = number(client, ConsumerConfig.FETCH_MAX_BYTES_CONFIG, ConsumerConfig.DEFAULT_FETCH_MAX_BYTES);
        Object perPartition = client.get(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG);
        ReaderTerms readerTerms = new ReaderTerms(
                committed,
                maxFetch,
                perPartition == null
                        ? OptionalInt.empty()
                        : OptionalInt.of(number(client, ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 0)),
                number(client, ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, ConsumerConfig.DEFAULT_FETCH_MAX_WAIT_MS),
                number(client, ConsumerConfig.RETRY_BACKOFF_MS_CONFIG, 100));
        BatchIntake intake = new BatchIntake(
                listener,
                budget,
                new Transcoder(MAX_DECOMPRESSED_BYTES),
                link.extensions()
                        .handler()
                        .map(handler -> new HandlerStage(
                                handler, new HandlerRouting(link.desks().topics()), MAX_DECOMPRESSED_BYTES)),
                link.counters().intake,
                System::currentTimeMillis);
        link.desks().loops().ifPresent(loops -> intake.leaveOutEchoes(new EchoGuard(loops)));
        OptionalInt maxQueued = config.tuning().queueRecords();
        return new SourceReader(
                answers -> FetchClient.connect(
                        client, link.settings().clientId(index), terms, answers, link.watch(Side.SOURCE)),
                readerTerms,
                budget,
                intake,
                () -> maxQueued.isPresent() && queuedRecords.get() >= maxQueued.getAsInt(),
                () -> farthest(writers));
    }

    /** How far away the farthest target is, as far as the writers know. */
    static long farthest(List<WriterLoop> writers) {
        long farthestMs = 0;
        for (WriterLoop writer : writers) {
            farthestMs = Math.max(farthestMs, writer.roundTripMs());
        }
        return farthestMs;
    }

    private TargetWriter writer(int writer, WriterListener listener) {
        TargetConfig target = config.target();
        Map<String, Object> client = new HashMap<>(target.client());
        client.putIfAbsent(ProducerConfig.SEND_BUFFER_CONFIG, "-1");
        ProduceClient connection = ProduceClient.connect(
                client,
                link.settings().writerId(index, writer),
                target.guarantees().acks(),
                target.guarantees().maxInFlight(),
                link.watch(Side.TARGET));
        WriterTerms terms = new WriterTerms(
                target.guarantees().idempotent(),
                target.guarantees().maxInFlight(),
                target.maxRequestSize().orElse(MAX_REQUEST_BYTES),
                new WriterTerms.Backoff(
                        number(client, ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 100),
                        number(client, ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 1_000)),
                target.deliveryTimeout());
        return new TargetWriter(connection, terms, listener, new Transcoder(MAX_DECOMPRESSED_BYTES));
    }

    /** A setting that was validated when the configuration was read. */
    private static int number(Map<String, Object> settings, String key, int byDefault) {
        Object value = settings.get(key);
        return value == null ? byDefault : Integer.parseInt(value.toString().trim());
    }
}
