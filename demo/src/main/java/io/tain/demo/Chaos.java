package io.tain.demo;

import io.tain.link.LinkStatus;
import io.tain.link.Mirror;
import io.tain.link.MoveOrder;
import io.tain.link.MoveOrder.Where;
import io.tain.testkit.Cluster;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.EmbeddedCluster;
import io.tain.testkit.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** Breaks the mirror's ways to the clusters, what the target takes, and its broker, and mends them, in turns. For one thread. */
final class Chaos {
    static final int FIRST_SECOND = 2;
    static final int LASTS_SECONDS = 6;

    private static final int EVERY_SECONDS = 12;
    private static final Duration FAR = Duration.ofMillis(150);
    private static final long NARROW_BYTES = 100_000;

    private static final String TOPIC = DemoTopic.CLICKS.topic();
    private static final String LIMIT = "max.message.bytes";
    private static final String TOO_LOW = "100";
    private static final long BETWEEN_ORDERS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Admin admin;
    private final FaultProxy source;
    private final FaultProxy target;

    private final EmbeddedCluster cluster;
    private final int broker;
    private boolean dead;
    private boolean limited;
    private boolean mended;
    private long orderedNanos;

    private enum Trouble {
        TARGET_GONE("the target is gone", "the target is back") {
            @Override
            void strike(Chaos chaos) {
                cut(chaos.target);
            }
        },
        TOPIC_HALTED(
                "the target takes no record of " + TOPIC + " (" + LIMIT + "=" + TOO_LOW + ")",
                "it takes them again; an operator runs: tain seek demo --topics " + TOPIC + " --to-current --execute") {
            @Override
            void strike(Chaos chaos) {
                chaos.limited = true;
                chaos.alter(OpType.SET);
            }
        },
        SOURCE_GONE("the source is gone", "the source is back") {
            @Override
            void strike(Chaos chaos) {
                cut(chaos.source);
            }
        },
        BROKER_DEAD("the target's broker dies", "the target's broker is back, with what its disk has") {
            @Override
            void strike(Chaos chaos) {
                chaos.dead = true;
                chaos.cluster.stopAbruptly(chaos.broker);
            }
        },
        TARGET_NARROW("only 100 KB/s go to the target", "the way to the target is wide again") {
            @Override
            void strike(Chaos chaos) {
                chaos.target.bandwidth(NARROW_BYTES);
            }
        },
        TARGET_FAR("the target is 300 ms away", "the target is near again") {
            @Override
            void strike(Chaos chaos) {
                chaos.target.latency(FAR);
            }
        };

        private final String begins;
        private final String ends;

        Trouble(String begins, String ends) {
            this.begins = begins;
            this.ends = ends;
        }

        abstract void strike(Chaos chaos);

        static void cut(FaultProxy proxy) {
            proxy.refuse();
            proxy.reset();
        }
    }

    /** @param clusters built with proxies, which the mirror and nobody else goes through */
    Chaos(ClusterPair clusters) {
        this.admin = clusters.target().admin();
        this.source = proxy(clusters.source());
        this.target = proxy(clusters.target());
        this.cluster = clusters.target();
        this.broker = cluster.nodeIds().get(0);
    }

    private static FaultProxy proxy(Cluster cluster) {
        return cluster.proxy(cluster.nodeIds().get(0));
    }

    /**
     * To be called every second.
     *
     * @param second of the showing
     * @return what has just been broken or mended, if anything
     */
    Optional<String> at(int second) {
        int since = second - FIRST_SECOND;
        if (since < 0) {
            return Optional.empty();
        }
        Trouble[] all = Trouble.values();
        Trouble trouble = all[since / EVERY_SECONDS % all.length];
        if (since % EVERY_SECONDS == 0) {
            trouble.strike(this);
            return Optional.of("broken: " + trouble.begins);
        }
        if (since % EVERY_SECONDS == LASTS_SECONDS) {
            mend();
            return Optional.of("mended: " + trouble.ends);
        }
        return Optional.empty();
    }

    void mend() {
        source.heal();
        target.heal();
        if (dead) {
            dead = false;
            cluster.start(broker);
        }
        if (limited) {
            limited = false;
            mended = true;
            alter(OpType.DELETE);
        }
    }

    /** Lets go on what was halted, once that is mended: again and again, as a broker hears of its new limit somewhat later. */
    void maybeResume(Mirror mirror) {
        long now = System.nanoTime();
        if (limited || !mended || now - orderedNanos < BETWEEN_ORDERS_NANOS) {
            return;
        }
        orderedNanos = now;
        for (LinkStatus link : mirror.status()) {
            link.partitions().stream()
                    .filter(partition -> partition.state() == LinkStatus.State.HALTED)
                    .map(LinkStatus.PartitionStatus::partition)
                    .filter(partition -> partition.topic().equals(TOPIC))
                    .map(partition -> new MoveOrder(partition, MoveOrder.Action.SEEK, new Where(Where.Kind.CURRENT, 0)))
                    .forEach(order -> mirror.take(link.link(), order));
        }
    }

    private void alter(OpType type) {
        admin.incrementalAlterConfigs(Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, TOPIC),
                List.of(new AlterConfigOp(new ConfigEntry(LIMIT, TOO_LOW), type))));
    }
}
