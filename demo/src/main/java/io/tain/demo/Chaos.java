package io.tain.demo;

import io.tain.testkit.Cluster;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.FaultProxy;
import java.time.Duration;
import java.util.Optional;

/** Breaks the mirror's ways to the clusters and mends them, in turns. For one thread. */
final class Chaos {
    static final int FIRST_SECOND = 2;
    static final int LASTS_SECONDS = 6;

    private static final int EVERY_SECONDS = 12;
    private static final Duration FAR = Duration.ofMillis(150);
    private static final long NARROW_BYTES = 100_000;

    private final FaultProxy source;
    private final FaultProxy target;

    private enum Trouble {
        TARGET_GONE("the target is gone", "the target is back") {
            @Override
            void strike(Chaos chaos) {
                cut(chaos.target);
            }
        },
        SOURCE_GONE("the source is gone", "the source is back") {
            @Override
            void strike(Chaos chaos) {
                cut(chaos.source);
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
        this.source = proxy(clusters.source());
        this.target = proxy(clusters.target());
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
    }
}
