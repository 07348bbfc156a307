package io.tain.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Settings that Kafka's clients had under other names, or had and lost, since release 0.7. A renamed one works, with a
 * warning that names the new one; one that means nothing any more is taken out, with a warning that says why.
 */
final class OldSpellings {
    private static final String ZOOKEEPER = "Kafka's clients no longer talk to ZooKeeper";
    private static final String REBALANCE = "brokers coordinate the group now";
    private static final String FETCHERS = "fetching is bounded by memory.budget";
    private static final String TOPICS =
            "it belonged to the mirror inside 0.7.0's broker; topics are chosen by --include";
    private static final String OFFSETS = "positions are always kept in Kafka";
    private static final String BATCHES = "the source's record batches are sent on as they are";
    private static final String SYNC = "every write is acknowledged before its position is committed";
    private static final String BYTES = "records are copied as bytes, without serializers";

    private static final String ASSIGNORS = "range org.apache.kafka.clients.consumer.RangeAssignor "
            + "roundrobin org.apache.kafka.clients.consumer.RoundRobinAssignor";

    /** New name of each renamed setting. */
    private static final Map<String, String> CONSUMER = table("""
            groupid group.id
            group group.id
            autooffset.reset auto.offset.reset
            autocommit.enable enable.auto.commit
            auto.commit.enable enable.auto.commit
            auto.commit.enabled enable.auto.commit
            enable.auto.commits enable.auto.commit
            autocommit.interval.ms auto.commit.interval.ms
            socket.buffersize receive.buffer.bytes
            socket.buffer.size receive.buffer.bytes
            socket.receive.buffer receive.buffer.bytes
            socket.receive.buffer.bytes receive.buffer.bytes
            socket.send.buffer send.buffer.bytes
            socket.send.buffer.bytes send.buffer.bytes
            fetch.size max.partition.fetch.bytes
            max.fetch.size max.partition.fetch.bytes
            fetch.message.max.bytes max.partition.fetch.bytes
            fetch.wait.max.ms fetch.max.wait.ms
            max.fetch.wait.ms fetch.max.wait.ms
            min.fetch.bytes fetch.min.bytes
            backoff.increment.ms retry.backoff.ms
            fetcher.backoff.ms retry.backoff.ms
            refresh.leader.backoff.ms retry.backoff.ms
            socket.timeout.ms request.timeout.ms
            metadata.broker.list bootstrap.servers
            broker.list bootstrap.servers
            bootstrap.server bootstrap.servers
            """);

    private static final Map<String, String> PRODUCER = table("""
            metadata.broker.list bootstrap.servers
            broker.list bootstrap.servers
            bootstrap.server bootstrap.servers
            request.required.acks acks
            compression.codec compression.type
            queue.buffering.max.ms linger.ms
            queue.time linger.ms
            message.send.max.retries retries
            num.retries retries
            zk.read.num.retries retries
            topic.metadata.refresh.interval.ms metadata.max.age.ms
            buffer.size send.buffer.bytes
            socket.send.buffer.bytes send.buffer.bytes
            connect.timeout.ms socket.connection.setup.timeout.ms
            max.message.size max.request.size
            timeout.ms request.timeout.ms
            request.timeout request.timeout.ms
            metadata.fetch.timeout.ms max.block.ms
            """);

    /** Why each of these settings means nothing any more, on either side. */
    private static final Map<String, String> GONE = new HashMap<>();

    static {
        gone(ZOOKEEPER, "zookeeper.connect", "zk.connect", "zookeeper.connection.timeout.ms", "zk.sessiontimeout.ms");
        gone(ZOOKEEPER, "zookeeper.connectiontimeout.ms", "zk.connectiontimeout.ms", "zookeeper.session.timeout.ms");
        gone(ZOOKEEPER, "zookeeper.sync.time.ms", "zk.synctime.ms", "zookeeper.sessiontimeout.ms");
        gone(REBALANCE, "rebalance.max.retries", "rebalance.retries.max", "rebalance.backoff.ms", "consumer.id");
        gone(REBALANCE, "consumerid");
        gone(FETCHERS, "num.consumer.fetchers", "queued.max.message.chunks", "queuedchunks.max");
        gone(FETCHERS, "consumer.timeout.ms", "socket.fetch.buffer.bytes");
        gone(TOPICS, "mirror.topics.whitelist", "mirror.topics.blacklist", "mirror.consumer.numthreads");
        gone(OFFSETS, "offsets.storage", "dual.commit.enabled", "offsets.channel.backoff.ms");
        gone(OFFSETS, "offsets.channel.socket.timeout.ms", "offsets.commit.max.retries");
        gone(BATCHES, "batch.num.messages", "compressed.topics", "shallowiterator.enable", "queue.size");
        gone(BATCHES, "queue.buffering.max.messages", "queue.enqueue.timeout.ms", "queue.enqueueTimeout.ms");
        gone(SYNC, "producer.type", "async.producer.type");
        gone("a full buffer always holds the reader back", "block.on.buffer.full");
        gone(BYTES, "serializer.class", "key.serializer.class", "serializer.encoding", "deserializer.class");
        gone("there is no such hook any more", "event.handler", "callback.handler", "cbkhandler", "reconnect.interval");
        gone("there is no such hook any more", "event.handler.props", "callback.handler.props");
        gone("connections stay open", "reconnect.time.interval.ms", "reconnect.timeInterval");
    }

    private OldSpellings() {}

    /** Rewrites the settings to today's names and values, with one warning for each. */
    static void apply(KafkaSide side, Settings settings, Problems problems) {
        Map<String, String> renamed = side == KafkaSide.SOURCE ? CONSUMER : PRODUCER;
        for (Setting setting : settings.all()) {
            String newKey = renamed.get(setting.key());
            String why = GONE.get(setting.key());
            if (newKey != null) {
                rename(setting, newKey, settings, problems);
            } else if (why != null) {
                settings.remove(setting.key());
                drop(setting, why, settings, problems);
            }
        }
        for (Setting setting : settings.all()) {
            oldValue(setting, settings, problems);
        }
    }

    private static void rename(Setting setting, String newKey, Settings settings, Problems problems) {
        settings.remove(setting.key());
        String spelled = settings.spelled(newKey);
        if (settings.has(newKey)) {
            problems.warning(
                    setting, "old name of " + spelled + ", which is set as well and counts; take this one out");
        } else {
            Setting renamed = setting.withKey(newKey);
            Optional<String> value = newValue(renamed);
            settings.put(value.map(renamed::withValue).orElse(renamed));
            problems.warning(
                    setting,
                    "old name; write " + spelled + value.map(text -> "=" + text).orElse(""));
        }
    }

    private static void drop(Setting setting, String why, Settings settings, Problems problems) {
        boolean needed =
                setting.key().equals("zookeeper.connect") || setting.key().equals("zk.connect");
        if (needed
                && !settings.has("bootstrap.servers")
                && !settings.has("broker.list")
                && !settings.has("metadata.broker.list")) {
            problems.error(
                    setting,
                    ZOOKEEPER + "; set " + settings.spelled("bootstrap.servers")
                            + " to the cluster's brokers instead, such as host1:9092,host2:9092");
        } else {
            problems.warning(setting, "has no meaning any more: " + why + "; take it out");
        }
    }

    private static void oldValue(Setting setting, Settings settings, Problems problems) {
        newValue(setting).ifPresent(value -> {
            settings.put(setting.withValue(value));
            problems.warning(setting, "old value; write " + value);
        });
        boolean oldPartitioner = setting.key().equals("partitioner.class")
                && (setting.value().startsWith("kafka.producer.")
                        || setting.value().startsWith("org.apache.kafka.clients.producer.internals.DefaultPart"));
        if (oldPartitioner) {
            settings.remove(setting.key());
            problems.warning(setting, "has no meaning any more: records keep their partition; take it out");
        }
    }

    /** What a value is spelled like today, if it was spelled differently once. */
    private static Optional<String> newValue(Setting setting) {
        return switch (setting.key()) {
            case "auto.offset.reset" -> pick(setting, "smallest earliest largest latest");
            case "compression.type" -> pick(setting, "0 none 1 gzip 2 snappy 3 lz4 4 zstd uncompressed none");
            case "security.protocol" ->
                pick(setting, "PLAINTEXTSASL SASL_PLAINTEXT SSLSASL SASL_SSL SASLPLAINTEXT SASL_PLAINTEXT");
            case "partition.assignment.strategy" -> pick(setting, ASSIGNORS);
            default -> Optional.empty();
        };
    }

    private static Optional<String> pick(Setting setting, String oldAndNew) {
        return Optional.ofNullable(table(oldAndNew).get(setting.value()));
    }

    private static void gone(String why, String... keys) {
        for (String key : keys) {
            GONE.put(key, why);
        }
    }

    /** A map of words that stand in pairs. */
    private static Map<String, String> table(String pairs) {
        String[] words = pairs.strip().split("\\s+", -1);
        Map<String, String> table = new HashMap<>();
        for (int i = 0; i < words.length; i += 2) {
            table.put(words[i], words[i + 1]);
        }
        return Map.copyOf(table);
    }
}
