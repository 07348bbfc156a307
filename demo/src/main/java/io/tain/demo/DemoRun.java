package io.tain.demo;

import io.tain.admin.AdminServer;
import io.tain.admin.ServerInfo;
import io.tain.cli.Version;
import io.tain.config.AdminConfig;
import io.tain.config.InvalidConfigException;
import io.tain.config.LinkFiles;
import io.tain.config.Links;
import io.tain.demo.Screen.Look;
import io.tain.link.Extensions;
import io.tain.link.LinkStatus;
import io.tain.link.Mirror;
import io.tain.link.Outcome;
import io.tain.link.StartFailure;
import io.tain.testkit.Cluster;
import io.tain.testkit.ClusterBuilder;
import io.tain.testkit.ClusterPair;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** One showing, from the start of the clusters to the verdict. Owned by the thread that calls {@link #run}. */
final class DemoRun {
    /** Records that an audit can still compare in the memory that the launcher gives. */
    private static final long MOST_RECORDS = 10_000_000;

    private static final Duration CATCH_UP_LIMIT = Duration.ofSeconds(30);
    private static final long GLANCE_MS = 10;

    private final Demo.Plan plan;
    private final Workspace workspace;
    private final Screen screen;
    private final CountDownLatch stop;
    private final long startNanos = System.nanoTime();

    /** @param stop is counted down when the user has seen enough */
    DemoRun(Demo.Plan plan, Workspace workspace, Screen screen, CountDownLatch stop) {
        this.plan = plan;
        this.workspace = workspace;
        this.screen = screen;
        this.stop = stop;
    }

    /** Returns whether every record arrived, in order and equal. */
    boolean run() throws IOException, InterruptedException, InvalidConfigException, StartFailure, ExecutionException {
        screen.opening();
        try (ClusterPair clusters =
                ClusterPair.start(plan.chaos() ? ClusterBuilder::proxied : UnaryOperator.identity())) {
            Cluster source = clusters.source();
            Cluster target = clusters.target();
            Load.createTopics(source);
            screen.clusters(source, target);
            LinkFile file = LinkFile.write(workspace.directory(), source, target);
            screen.link(file, workspace.log());
            screen.ways(source, target);
            Optional<Chaos> chaos = plan.chaos() ? Optional.of(new Chaos(clusters)) : Optional.empty();
            Links links = LinkFiles.read(List.of(file.path()), System.getenv());
            Mirror mirror = new Mirror(links.configs(), Extensions.NONE);
            mirror.start();
            Optional<String> problem;
            try (AdminServer server = startServer(links.admin(), mirror)) {
                screen.dashboard(server.port(), file);
                problem = show(mirror, source, chaos);
            } finally {
                chaos.ifPresent(Chaos::mend);
                mirror.stop();
            }
            problem.ifPresent(screen::problem);
            Audit audit = Audit.of(source, target);
            screen.audit(audit);
            return audit.passed() && problem.isEmpty();
        }
    }

    /** At the usual port, or at any if somebody has that. */
    private static AdminServer startServer(AdminConfig config, Mirror mirror) throws IOException {
        ServerInfo info = new ServerInfo(Version.ofTain(), Version.ofKafkaClients(), Instant.now());
        try {
            return AdminServer.start(config, mirror, info);
        } catch (IOException e) {
            InetSocketAddress any = InetSocketAddress.createUnresolved("127.0.0.1", 0);
            return AdminServer.start(
                    new AdminConfig(Optional.of(any), config.hosts(), config.token(), config.settings()), mirror, info);
        }
    }

    /** Returns what went wrong, if the audit alone can't tell. */
    private Optional<String> show(Mirror mirror, Cluster source, Optional<Chaos> chaos)
            throws InterruptedException, ExecutionException {
        CompletableFuture<Outcome> ended = CompletableFuture.supplyAsync(() -> await(mirror));
        try (Load load = Load.start(source, plan.rate())) {
            long began = System.nanoTime();
            watch(mirror, load, ended, chaos);
            chaos.ifPresent(Chaos::mend);
            long written = load.stop();
            screen.stopped(written, since(began));
            awaitCaughtUp(mirror, source, chaos);
            Optional<String> unwritten = load.failure().map(e -> "The load could not write all it wanted: " + e);
            return unwritten.or(() -> ended.isDone()
                    ? Optional.of("The mirror ended by itself: " + text(ended.join()))
                    : Optional.empty());
        }
    }

    private static Outcome await(Mirror mirror) {
        try {
            return mirror.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome(Outcome.Kind.STOPPED, Optional.empty());
        }
    }

    private static String text(Outcome outcome) {
        return outcome.kind() + outcome.cause().map(cause -> ", " + cause).orElse("");
    }

    /** Shows a line a second until it is time to stop. */
    private void watch(Mirror mirror, Load load, CompletableFuture<Outcome> ended, Optional<Chaos> chaos)
            throws InterruptedException {
        while (status(mirror).totals().records() == 0 && !stop.await(GLANCE_MS, TimeUnit.MILLISECONDS)) {
            if (ended.isDone()) {
                return;
            }
        }
        screen.firstRecord(since(startNanos));
        long began = System.nanoTime();
        Look before = new Look(load.written(), status(mirror));
        for (int second = 1; !isOver(began, load, ended); second++) {
            long looked = System.nanoTime();
            long due = began + TimeUnit.SECONDS.toNanos(second);
            boolean asked = stop.await(due - looked, TimeUnit.NANOSECONDS);
            if (asked) {
                return;
            }
            Look now = new Look(load.written(), status(mirror));
            screen.figures(Duration.ofSeconds(second), since(looked), before, now);
            int done = second;
            chaos.ifPresent(trouble -> trouble.maybeResume(mirror));
            chaos.flatMap(trouble -> trouble.at(done)).ifPresent(screen::trouble);
            before = now;
        }
    }

    private boolean isOver(long beganNanos, Load load, CompletableFuture<Outcome> ended) {
        boolean longEnough = plan.limit().isPresent()
                && since(beganNanos).compareTo(plan.limit().get()) >= 0;
        return longEnough || ended.isDone() || load.written() >= MOST_RECORDS;
    }

    /** Waits until the target has acknowledged all that the source has, for a bounded time. */
    private void awaitCaughtUp(Mirror mirror, Cluster source, Optional<Chaos> chaos)
            throws InterruptedException, ExecutionException {
        Map<TopicPartition, Long> ends = ends(source);
        long began = System.nanoTime();
        while (!isCaughtUp(status(mirror), ends)) {
            if (since(began).compareTo(CATCH_UP_LIMIT) >= 0) {
                screen.notCaughtUp(CATCH_UP_LIMIT, status(mirror));
                return;
            }
            chaos.ifPresent(trouble -> trouble.maybeResume(mirror));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(GLANCE_MS));
        }
        screen.caughtUp(since(began));
    }

    private static Map<TopicPartition, Long> ends(Cluster source) throws InterruptedException, ExecutionException {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (DemoTopic topic : DemoTopic.values()) {
            for (int partition = 0; partition < topic.partitions(); partition++) {
                latest.put(new TopicPartition(topic.topic(), partition), OffsetSpec.latest());
            }
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        source.admin().listOffsets(latest).all().get().forEach((partition, info) -> ends.put(partition, info.offset()));
        return ends;
    }

    private static boolean isCaughtUp(LinkStatus status, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> acknowledged = new HashMap<>();
        status.partitions().forEach(partition -> acknowledged.put(partition.partition(), partition.committable()));
        return ends.entrySet().stream().allMatch(end -> acknowledged.getOrDefault(end.getKey(), -1L) >= end.getValue());
    }

    private static LinkStatus status(Mirror mirror) {
        return mirror.status().get(0);
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
