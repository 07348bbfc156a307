package io.tain.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.config.Delivery;
import io.tain.e2e.chaos.Fault.Side;
import io.tain.e2e.chaos.Schedule.Step;
import io.tain.e2e.fault.CommitWatch;
import io.tain.e2e.fault.Observer;
import io.tain.e2e.fault.SettingsFile;
import io.tain.e2e.fault.TainProcess;
import io.tain.testkit.AuditReport;
import io.tain.testkit.ProcessCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One run of a schedule: three mirrors between two clusters while faults strike, then the audit. Used once. */
final class RandomRun {
    private static final String GROUP = "chaos";

    /** From the last fault to lag 0 (I7); most of it is a busy machine's. */
    private static final Duration CAUGHT_UP = Duration.ofMinutes(2);

    private static final Duration SECOND = Duration.ofSeconds(1);

    /** What a mirror with a heap of 128 MiB may use in all (I10): code, threads and buffers beside the heap. */
    private static final long MOST_BYTES = 400L << 20;

    private final Schedule schedule;
    private final ProcessCluster source;
    private final ProcessCluster target;
    private final AtomicBoolean failed = new AtomicBoolean();
    private long startNanos;

    RandomRun(Schedule schedule, ProcessCluster source, ProcessCluster target) {
        this.schedule = schedule;
        this.source = source;
        this.target = target;
    }

    /** Runs the schedule, heals everything, waits for lag 0, and fails unless all promises were kept. */
    void run(Path directory) {
        tell(schedule.toString());
        Path link = SettingsFile.link(source, target, GROUP, ChaosLoad.TOPICS)
                .set("delivery", schedule.delivery() == Delivery.EXACTLY_ONCE ? "exactly-once" : "at-least-once")
                .set("metadata.refresh.interval", "1s")
                .set("shutdown.timeout", "5s")
                .set("source.request.timeout.ms", 5_000)
                .set("target.request.timeout.ms", 5_000)
                .set("source.default.api.timeout.ms", 10_000)
                .write(directory, "link.properties");
        Path logs = TainProcess.module().resolve("target/chaos/" + schedule.seed());
        Observer observer = new Observer(source, target, GROUP);
        try (ChaosLoad load = new ChaosLoad(source)) {
            load.tend();
            try (MirrorFleet mirrors = new MirrorFleet(link, logs, Schedule.VICTIMS);
                    CommitWatch commits = new CommitWatch(observer)) {
                observer.awaitMembers(Schedule.VICTIMS);
                strike(load, mirrors);
                load.stop();
                tell("all healed");
                observer.awaitLagZero(CAUGHT_UP, load.topics().toArray(String[]::new));
                tell("lag is 0");
                assertThat(commits.regressions()).as("commits that went back").isEmpty();
                mirrors.tend();
                mirrors.stopAll();
                assertThat(mirrors.mostBytes()).isBetween(1L, MOST_BYTES);
                tell("most memory of a mirror: " + (mirrors.mostBytes() >> 20) + " MiB");
            }
            assertKept(load.audit(target));
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(e.getMessage() + "\n" + schedule + "\n" + errors(logs), e);
        }
    }

    /** What the mirrors logged as errors: a failure may have been somewhere where their logs are gone. */
    private static String errors(Path logs) {
        try (Stream<Path> files = Files.list(logs)) {
            List<String> found = new ArrayList<>();
            for (Path file : files.toList()) {
                Files.readAllLines(file).stream()
                        .filter(line -> line.contains(" ERROR "))
                        .forEach(found::add);
            }
            return String.join("\n", found);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void assertKept(List<AuditReport> audits) {
        for (AuditReport audit : audits) {
            tell(audit.toString());
            assertThat(audit.isAtLeastOnce()).as(audit.toString()).isTrue();
            assertThat(audit.sourceRecords()).isPositive();
            if (schedule.delivery() == Delivery.EXACTLY_ONCE) {
                assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
            }
            // I4: what was under way at a crash, or when a group thought so, and nothing else (each fault at most
            // once). Who has not heard yet that the group gave it up writes beside the new owner, record by record.
            assertThat(audit.mostDuplicateWindows())
                    .as(audit.toString())
                    .isLessThanOrEqualTo(schedule.steps().size());
        }
    }

    /** Each side on a thread of its own. */
    private void strike(ChaosLoad load, MirrorFleet mirrors) {
        ClusterFaults atSource = new ClusterFaults(source, Side.SOURCE);
        ClusterFaults atTarget = new ClusterFaults(target, Side.TARGET);
        startNanos = System.nanoTime();
        ExecutorService threads = Executors.newFixedThreadPool(Side.values().length);
        try {
            List<CompletableFuture<Void>> sides = new ArrayList<>();
            sides.add(CompletableFuture.runAsync(() -> run(Side.MIRRORS, mirrorFaults(mirrors)), threads));
            sides.add(CompletableFuture.runAsync(() -> run(Side.SOURCE, sourceFaults(atSource, load)), threads));
            sides.add(CompletableFuture.runAsync(() -> run(Side.TARGET, targetFaults(atTarget)), threads));
            CompletableFuture.allOf(sides.toArray(CompletableFuture[]::new)).join();
        } finally {
            threads.shutdownNow();
        }
    }

    /** How one side's faults begin and end, and what happens every second in between. */
    private record Actions(Consumer<Step> begin, Consumer<Step> again, Consumer<Step> end, Runnable idle) {}

    private static Actions mirrorFaults(MirrorFleet mirrors) {
        return new Actions(
                step -> {
                    switch (step.fault()) {
                        case KILL_MIRROR -> mirrors.kill(step.victim());
                        case STOP_MIRROR -> mirrors.stop(step.victim());
                        case FREEZE_MIRROR -> mirrors.suspend(step.victim());
                        default -> mirrors.add();
                    }
                },
                step -> {},
                step -> {
                    switch (step.fault()) {
                        case KILL_MIRROR, STOP_MIRROR -> mirrors.start(step.victim());
                        case FREEZE_MIRROR -> mirrors.resume(step.victim());
                        default -> mirrors.removeLast();
                    }
                },
                mirrors::tend);
    }

    private static Actions sourceFaults(ClusterFaults faults, ChaosLoad load) {
        return new Actions(
                step -> {
                    switch (step.fault()) {
                        case ADD_PARTITION -> load.addPartition();
                        case ADD_TOPIC -> load.addTopic();
                        default -> faults.begin(step);
                    }
                },
                faults::again,
                faults::end,
                load::tend);
    }

    private static Actions targetFaults(ClusterFaults faults) {
        return new Actions(faults::begin, faults::again, faults::end, () -> {});
    }

    private void run(Side side, Actions actions) {
        try {
            for (Step step : schedule.of(side)) {
                while (elapsedMillis() < step.atMillis()) {
                    actions.idle().run();
                    pause(Math.min(SECOND.toMillis(), step.atMillis() - elapsedMillis()));
                }
                if (failed.get()) {
                    return;
                }
                tell(step.toString());
                actions.begin().accept(step);
                long until = elapsedMillis() + step.millis();
                while (elapsedMillis() < until) {
                    pause(Math.min(SECOND.toMillis(), until - elapsedMillis()));
                    actions.again().accept(step);
                }
                actions.end().accept(step);
            }
        } catch (AssertionError | RuntimeException e) {
            failed.set(true);
            throw e;
        }
    }

    private static void pause(long millis) {
        LockSupport.parkNanos(Duration.ofMillis(Math.max(0, millis)).toNanos());
    }

    private long elapsedMillis() {
        return Duration.ofNanos(System.nanoTime() - startNanos).toMillis();
    }

    private void tell(String text) {
        String at = startNanos == 0 ? "" : String.format("%.1f s: ", elapsedMillis() / 1e3);
        System.out.println("[chaos] " + at + text);
    }
}
