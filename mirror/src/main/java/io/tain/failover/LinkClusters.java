package io.tain.failover;

import io.tain.config.LinkConfig;
import io.tain.config.ObserverSettings;
import io.tain.failover.FailoverFailure.Reason;
import io.tain.inspect.ClusterFailure;
import io.tain.inspect.ClusterView;
import io.tain.state.Checkpoint;
import io.tain.state.FailoverEntry;
import io.tain.state.KeptState;
import io.tain.state.LinkEntry;
import io.tain.state.StateKey;
import io.tain.state.StateTopic;
import io.tain.wire.CappedClients;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Both clusters of a link and what the link keeps on its target, as commands ask them. Used by one thread. */
final class LinkClusters implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(15);

    private final LinkConfig link;
    private final String clientId;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final ClusterView target;
    private final KeptState kept;
    private Optional<ClusterView> source = Optional.empty();
    private Optional<Admin> sourceAdmin = Optional.empty();
    private Optional<Admin> targetAdmin = Optional.empty();

    private LinkClusters(LinkConfig link, ClusterView target) {
        this.link = link;
        this.clientId = link.groupId() + "-failover";
        this.target = target;
        this.kept = new KeptState(
                new StateTopic(link.state().topic().orElseThrow(), link.target().client(), clientId, LIMIT),
                link.name());
        opened.push(target);
        opened.push(kept);
    }

    /** Connects to the target; the link keeps state there. */
    static LinkClusters open(LinkConfig link) throws FailoverFailure {
        try {
            return new LinkClusters(
                    link, ClusterView.open("target", link.target().client(), link.groupId() + "-failover", LIMIT));
        } catch (ClusterFailure e) {
            throw new FailoverFailure(Reason.TARGET, e.getMessage(), e);
        }
    }

    /** A question to a cluster. */
    interface Question<T> {
        T ask() throws ClusterFailure, FailoverFailure, InterruptedException;
    }

    static <T> T of(Reason side, Question<T> question) throws FailoverFailure, InterruptedException {
        try {
            return question.ask();
        } catch (ClusterFailure e) {
            Reason named = e.getMessage().startsWith("target ") ? Reason.TARGET : side;
            throw new FailoverFailure(named, e.getMessage(), e);
        }
    }

    LinkConfig link() {
        return link;
    }

    ClusterView target() {
        return target;
    }

    /** Connects at the first call. */
    ClusterView source() throws FailoverFailure {
        if (source.isEmpty()) {
            try {
                source = Optional.of(ClusterView.open("source", link.source().client(), clientId, LIMIT));
            } catch (ClusterFailure e) {
                throw new FailoverFailure(Reason.SOURCE, e.getMessage(), e);
            }
            opened.push(source.get());
        }
        return source.get();
    }

    Admin sourceAdmin() {
        if (sourceAdmin.isEmpty()) {
            sourceAdmin = Optional.of(admin(link.source().client()));
        }
        return sourceAdmin.get();
    }

    Admin targetAdmin() {
        if (targetAdmin.isEmpty()) {
            targetAdmin = Optional.of(admin(link.target().client()));
        }
        return targetAdmin.get();
    }

    private Admin admin(Map<String, Object> client) {
        Admin admin = CappedClients.admin(ObserverSettings.admin(client, clientId));
        opened.push(() -> admin.close(Duration.ofSeconds(1)));
        return admin;
    }

    IsolationLevel isolation() {
        return link.source().readCommitted() ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED;
    }

    /** Reads what is new in the link's state. */
    KeptState readState() throws FailoverFailure {
        try {
            kept.read(() -> {});
            return kept;
        } catch (KafkaException e) {
            throw new FailoverFailure(
                    Reason.TARGET,
                    "link " + link.name() + ": the state topic " + kept.topic().name()
                            + " on the target can't be read: " + e.getMessage()
                            + "; it is there once a mirror has run, and needs Read on it",
                    e);
        }
    }

    /** As it was read last, in order. */
    Map<TopicPartition, Checkpoint> checkpoints() {
        Map<TopicPartition, Checkpoint> checkpoints = new TreeMap<>(KeptMaps.ORDER);
        checkpoints.putAll(kept.checkpoints());
        return checkpoints;
    }

    KeptState kept() {
        return kept;
    }

    /** What the link has said of itself; fails if it never ran. */
    LinkEntry entry() throws FailoverFailure {
        return kept.entry()
                .orElseThrow(() -> new FailoverFailure(
                        Reason.CONFIGURATION,
                        "link " + link.name() + " has never run: nothing of it is in the state topic "
                                + kept.topic().name() + " on the target; is link.name (or group.id) right?"));
    }

    /** Keeps this for the link; an absent value takes a key away. */
    void write(Map<StateKey, byte[]> records) throws FailoverFailure {
        try {
            kept.topic().write(records);
        } catch (KafkaException e) {
            throw new FailoverFailure(
                    Reason.TARGET,
                    "link " + link.name() + ": the state topic " + kept.topic().name()
                            + " on the target can't be written: " + e.getMessage() + "; it needs Write on it",
                    e);
        }
    }

    /** Keeps how far the fail-over is; empty lets the link run again. */
    void write(Optional<FailoverEntry> entry) throws FailoverFailure {
        Map<StateKey, byte[]> records = new HashMap<>();
        records.put(
                StateKey.ofFailover(link.name()),
                entry.map(FailoverEntry::encode).orElse(null));
        write(records);
    }

    @Override
    public void close() {
        for (AutoCloseable one : opened) {
            try {
                one.close();
            } catch (Exception e) {
                throw new IllegalStateException(e); // none of them throws
            }
        }
    }
}
