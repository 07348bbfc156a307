package io.tain.link;

import io.tain.config.LinkConfig;
import io.tain.link.LinkStatus.State;
import io.tain.link.StartFailure.Side;
import io.tain.wire.SteadyClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links of one process, started and stopped together; a link that fails starts again by itself if it may. Its methods may be
 * called from any thread.
 */
public final class Mirror implements MirrorView {
    private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);
    private static final Duration LOOK_AT_CLOCK = Duration.ofSeconds(1);

    /** Of the heap, all offset maps together may take an eighth: with the launcher's heap about eight million runs. */
    private static final int MAPS_PART_OF_HEAP = 8;

    private final CountDownLatch stopAsked = new CountDownLatch(1);
    private final AtomicReference<Outcome> failure = new AtomicReference<>();
    /** Links that have failed and may start again; empty wakes whoever awaits the end. */
    private final BlockingQueue<Optional<Failed>> failed = new LinkedBlockingQueue<>();

    private final ClockWatch clock = new ClockWatch(SteadyClock::aheadMs);
    private final Restarts restarts = new Restarts(System::nanoTime);
    private volatile List<Link> links;
    private volatile long budgetBytesPerStream;
    private boolean stopped;
    private boolean halted;

    public Mirror(List<LinkConfig> configs, Extensions extensions) {
        links = configs.stream()
                .map(config -> new Link(config, extensions, outcome -> onFatal(config, outcome)))
                .toList();
    }

    private record Failed(LinkConfig link, Outcome outcome) {}

    private void onFatal(LinkConfig link, Outcome outcome) {
        boolean passes = outcome.kind() == Outcome.Kind.FAILED || outcome.kind() == Outcome.Kind.FAILED_OVER;
        if (passes && link.tuning().intervals().restart().isPresent()) {
            failed.add(Optional.of(new Failed(link, outcome)));
        } else {
            end(outcome);
        }
    }

    private void end(Outcome outcome) {
        failure.compareAndSet(null, outcome);
        askToStop();
    }

    private void askToStop() {
        stopAsked.countDown();
        failed.add(Optional.empty());
    }

    /**
     * Checks that both clusters of every link answer and differ, then starts the links. Blocks for a bounded time; a
     * {@link #stop} meanwhile makes it return at once. Of several links, one that was failed over does not keep the others.
     */
    public void start() throws StartFailure {
        List<Link> checked = new ArrayList<>();
        try {
            List<Link.Ends> ends = new ArrayList<>();
            List<Failed> waiting = new ArrayList<>();
            for (Link link : links) {
                try {
                    ends.add(link.check());
                    checked.add(link);
                } catch (StartFailure e) {
                    if (e.side() != Side.FAILED_OVER || links.size() == 1 + waiting.size() || !mayWait(link)) {
                        throw e;
                    }
                    waiting.add(new Failed(link.config(), outcome(e)));
                }
            }
            refuseLoops(checked, ends);
            waiting.forEach(link -> failed.add(Optional.of(link)));
        } catch (StartFailure e) {
            boolean asked = stopAsked.getCount() == 0; // then the failure is only that the clients were closed
            shutDown();
            if (asked) {
                return;
            }
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure(Side.CONFIGURATION, "interrupted", e);
        }
        startLinks(checked);
    }

    private static boolean mayWait(Link link) {
        return link.config().tuning().intervals().restart().isPresent();
    }

    private static Outcome outcome(StartFailure failure) {
        Outcome.Kind kind = failure.side() == Side.FAILED_OVER ? Outcome.Kind.FAILED_OVER : Outcome.Kind.FAILED;
        return new Outcome(kind, Optional.of(failure.getMessage()));
    }

    private synchronized void startLinks(List<Link> checked) {
        if (stopped) {
            return;
        }
        int streams =
                links.stream().mapToInt(l -> l.config().tuning().streams()).sum();
        // One budget for the process: what the most generous file allows, shared out evenly, so that a link whose
        // target
        // is down can't take the memory of the others.
        long budget = links.stream()
                .mapToLong(l -> l.config().tuning().memoryBudgetBytes())
                .max()
                .orElse(0);
        budgetBytesPerStream = budget / Math.max(1, streams);
        for (Link link : checked) {
            start(link);
        }
    }

    private void start(Link link) {
        link.start(budgetBytesPerStream, Runtime.getRuntime().maxMemory() / MAPS_PART_OF_HEAP / links.size());
    }

    /** Two links in opposite directions under the same names would send every record back and forth for ever. */
    private static void refuseLoops(List<Link> checked, List<Link.Ends> ends) throws StartFailure {
        for (int i = 0; i < checked.size(); i++) {
            for (int j = i + 1; j < checked.size(); j++) {
                Link.Ends one = ends.get(i);
                Link.Ends other = ends.get(j);
                boolean opposite = one.sourceId().equals(other.targetId())
                        && one.targetId().equals(other.sourceId());
                Optional<String> shared = Optional.empty();
                boolean guarded = checked.get(i).tellsEchoesOf(checked.get(j))
                        && checked.get(j).tellsEchoesOf(checked.get(i));
                if (opposite && !guarded) {
                    shared = checked.get(i).sharedTopic(checked.get(j));
                    shared = shared.isPresent() ? shared : checked.get(j).sharedTopic(checked.get(i));
                }
                if (shared.isPresent()) {
                    throw new StartFailure(
                            Side.CONFIGURATION,
                            "links " + checked.get(i).config().name() + " and "
                                    + checked.get(j).config().name() + " mirror topic " + shared.get()
                                    + " both ways under the same name: its records would go back and forth for ever;"
                                    + " let both deliver exactly once, or exclude it from one of them");
                }
            }
        }
    }

    /**
     * Blocks until the mirror has ended, by {@link #stop} or by a failure. Meanwhile it starts links again that have failed and
     * may; so one thread has to be here.
     */
    public Outcome await() throws InterruptedException {
        while (stopAsked.getCount() > 0) {
            long untilNext = Math.min(restarts.untilNext().toNanos(), LOOK_AT_CLOCK.toNanos());
            Optional<Failed> next = failed.poll(untilNext, TimeUnit.NANOSECONDS);
            if (next == null) {
                clock.problem().ifPresent(this::failAll);
                restarts.takeDue().ifPresent(this::startAgain);
            } else if (next.isPresent()) {
                onFailed(next.get());
            }
        }
        shutDown();
        return outcome();
    }

    /** Ends what is left of the link and plans its next start. */
    private void onFailed(Failed what) throws InterruptedException {
        String name = what.link.name();
        if (restarts.isWaiting(name)) {
            return; // one of its threads has taken others with it
        }
        Link link = link(name);
        link.stop();
        if (!link.join()) {
            // What still runs might write behind its successor's back.
            end(what.outcome);
            return;
        }
        plan(what);
    }

    private void failAll(String cause) {
        links.forEach(link -> onFatal(link.config(), new Outcome(Outcome.Kind.FAILED, Optional.of(cause))));
    }

    private void plan(Failed what) {
        Duration first = what.link.tuning().intervals().restart().orElseThrow();
        Duration wait = restarts.plan(what.link.name(), first, what.outcome);
        long seconds = Math.max(1, wait.toSeconds());
        String cause = what.outcome.cause().orElse("unknown");
        if (what.outcome.kind() == Outcome.Kind.FAILED_OVER) {
            LOG.warn("link {} waits, and looks again in {} s: {}", what.link.name(), seconds, cause);
        } else {
            LOG.error("link {} has failed and starts again in {} s: {}", what.link.name(), seconds, cause);
        }
    }

    private void startAgain(String name) {
        Link next = link(name).again();
        synchronized (this) {
            if (stopped) {
                return;
            }
            links = links.stream()
                    .map(link -> link.config().name().equals(name) ? next : link)
                    .toList();
        }
        try {
            next.check();
            synchronized (this) {
                if (!stopped) {
                    start(next);
                }
            }
        } catch (StartFailure e) {
            onFatal(next.config(), outcome(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Link link(String name) {
        return links.stream()
                .filter(link -> link.config().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private synchronized Outcome outcome() {
        if (failure.get() != null) {
            return failure.get();
        }
        if (restarts.failure().isPresent()) {
            return restarts.failure().get();
        }
        return new Outcome(halted ? Outcome.Kind.HALTED : Outcome.Kind.STOPPED, Optional.empty());
    }

    /** Stops reading, waits at most the drain time for acknowledgements, commits, leaves the groups. Idempotent. */
    public void stop() {
        askToStop();
        shutDown();
    }

    private synchronized void shutDown() {
        if (stopped) {
            return;
        }
        stopped = true;
        halted = status().stream()
                .flatMap(link -> link.partitions().stream())
                .anyMatch(partition -> partition.state() == State.HALTED);
        links.forEach(Link::stop);
        try {
            for (Link link : links) {
                link.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public List<Event> events() {
        return links.stream()
                .flatMap(link -> link.events().stream())
                .sorted(Comparator.comparing(Event::time))
                .toList();
    }

    @Override
    public List<LinkStatus> status() {
        return links.stream().map(Link::status).toList();
    }

    @Override
    public List<ClientMetric> clientMetrics() {
        return links.stream().flatMap(link -> link.clientMetrics().stream()).toList();
    }

    @Override
    public List<String> stuckThreads() {
        return links.stream().flatMap(link -> link.stuckThreads().stream()).toList();
    }

    @Override
    public void take(String name, Order order) {
        links.stream().filter(link -> link.config().name().equals(name)).forEach(link -> link.take(order));
    }
}
