package io.tain.bench;

import io.tain.bench.Work.Link;
import io.tain.bench.Work.Side;
import io.tain.testkit.ClusterBuilder;
import io.tain.testkit.ProcessCluster;
import java.time.Duration;
import java.util.Optional;

/**
 * The two brokers of a work, each in a process of its own.
 *
 * @param source where contenders read
 * @param target where contenders write
 */
record Brokers(ProcessCluster source, ProcessCluster target) implements AutoCloseable {
    /** With a link, clients reach both sides through proxies, and one of these delays. */
    static Brokers start(Optional<Link> link) {
        ProcessCluster source = cluster(link);
        try {
            Brokers brokers = new Brokers(source, cluster(link));
            link.ifPresent(brokers::delay);
            return brokers;
        } catch (RuntimeException | AssertionError e) {
            source.close();
            throw e;
        }
    }

    private static ProcessCluster cluster(Optional<Link> link) {
        ClusterBuilder<ProcessCluster> builder = ProcessCluster.builder()
                // Topics are made anew for each turn; what the former one had is to be gone from memory.
                .property("log.segment.delete.delay.ms", 0)
                .property("group.max.session.timeout.ms", 60_000);
        return link.isPresent() ? builder.proxied().start() : builder.start();
    }

    private void delay(Link link) {
        ProcessCluster far = link.side() == Side.SOURCE ? source : target;
        far.proxy(far.nodeIds().get(0)).latency(Duration.ofNanos(link.roundTripMs() * 500_000L));
    }

    @Override
    public void close() {
        source.close();
        target.close();
    }
}
