package io.tain.link;

import io.tain.config.LinkConfig;
import io.tain.link.LinkStatus.State;
import io.tain.link.StartFailure.Side;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** The links of one process, started and stopped together. Its methods may be called from any thread. */
public final class Mirror implements MirrorView {
    private final List<Link> links = new ArrayList<>();
    private final CountDownLatch stopAsked = new CountDownLatch(1);
    private final AtomicReference<Outcome> failure = new AtomicReference<>();
    private boolean stopped;
    private boolean halted;

    public Mirror(List<LinkConfig> configs, Extensions extensions) {
        for (LinkConfig config : configs) {
            links.add(new Link(config, extensions, this::onFatal));
        }
    }

    private void onFatal(Outcome outcome) {
        failure.compareAndSet(null, outcome);
        stopAsked.countDown();
    }

    /**
     * Checks that both clusters of every link answer and differ, then starts the links. Blocks for a bounded time; a
     * {@link #stop} meanwhile makes it return at once.
     */
    public void start() throws StartFailure {
        try {
            List<Link.Ends> ends = new ArrayList<>();
            for (Link link : links) {
                ends.add(link.check());
            }
            refuseLoops(ends);
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
        startLinks();
    }

    private synchronized void startLinks() {
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
        for (Link link : links) {
            link.start(budget / Math.max(1, streams));
        }
    }

    /** Two links in opposite directions under the same names would send every record back and forth for ever. */
    private void refuseLoops(List<Link.Ends> ends) throws StartFailure {
        for (int i = 0; i < links.size(); i++) {
            for (int j = i + 1; j < links.size(); j++) {
                Link.Ends one = ends.get(i);
                Link.Ends other = ends.get(j);
                boolean opposite = one.sourceId().equals(other.targetId())
                        && one.targetId().equals(other.sourceId());
                Optional<String> shared = Optional.empty();
                if (opposite) {
                    shared = links.get(i).sharedTopic(links.get(j));
                    shared = shared.isPresent() ? shared : links.get(j).sharedTopic(links.get(i));
                }
                if (shared.isPresent()) {
                    throw new StartFailure(
                            Side.CONFIGURATION,
                            "links " + links.get(i).config().name() + " and "
                                    + links.get(j).config().name() + " mirror topic " + shared.get()
                                    + " both ways under the same name: its records would go back and forth for ever;"
                                    + " exclude it from one of them");
                }
            }
        }
    }

    /** Blocks until the mirror has ended, by {@link #stop} or by a failure. */
    public Outcome await() throws InterruptedException {
        stopAsked.await();
        shutDown();
        return outcome();
    }

    private synchronized Outcome outcome() {
        if (failure.get() != null) {
            return failure.get();
        }
        return new Outcome(halted ? Outcome.Kind.HALTED : Outcome.Kind.STOPPED, Optional.empty());
    }

    /** Stops reading, waits at most the drain time for acknowledgements, commits, leaves the groups. Idempotent. */
    public void stop() {
        stopAsked.countDown();
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
    public List<String> stuckThreads() {
        return links.stream().flatMap(link -> link.stuckThreads().stream()).toList();
    }

    @Override
    public void take(String name, PauseOrder order) {
        links.stream().filter(link -> link.config().name().equals(name)).forEach(link -> link.take(order));
    }
}
