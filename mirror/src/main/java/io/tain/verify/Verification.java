package io.tain.verify;

import io.tain.config.LinkConfig;
import io.tain.inspect.ClusterFailure;
import io.tain.verify.Cuts.Planned;
import io.tain.verify.Difference.Kind;
import io.tain.verify.PartitionComparison.Rules;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Compares a link's source and target up to what its group has committed, round by round. Used by one thread, but for
 * {@link #stop}.
 */
public final class Verification implements AutoCloseable {
    /** Bounds memory: each has at most two fetched pieces of 1 MiB on each side. */
    private static final int AT_ONCE = 8;

    private static final long IDLE_POLL_MS = 5;
    private static final long PROGRESS_MS = 1_000;

    private final VerifyTerms terms;
    private final VerifyWatcher watcher;
    private final LongSupplier clockMs;
    private final Cuts cuts;
    private final ClusterFeed source;
    private final ClusterFeed target;
    private final WindowReader sourceWindows;
    private final WindowReader targetWindows;
    private final Map<TopicPartition, PartitionState> states = new TreeMap<>(
            java.util.Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition));
    private volatile boolean stopped;
    private final Throttle throttle;
    private long shownMs;

    /** @param clockMs the time in milliseconds since 1970, as Kafka's clients count it */
    public Verification(LinkConfig link, VerifyTerms terms, VerifyWatcher watcher, LongSupplier clockMs)
            throws ClusterFailure {
        this.terms = terms;
        this.watcher = watcher;
        this.clockMs = clockMs;
        this.cuts = new Cuts(link);
        IsolationLevel shown =
                link.source().readCommitted() ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED;
        Map<String, Object> sourceClient = link.source().client();
        Map<String, Object> targetClient = link.target().client();
        this.source = new ClusterFeed("source", sourceClient, shown, clockMs);
        this.target = new ClusterFeed("target", targetClient, IsolationLevel.READ_COMMITTED, clockMs);
        this.sourceWindows = new WindowReader("source", sourceClient, shown, clockMs);
        this.targetWindows = new WindowReader("target", targetClient, IsolationLevel.READ_COMMITTED, clockMs);
        this.throttle = new Throttle(terms.bytesPerSecond(), clockMs);
        this.shownMs = clockMs.getAsLong();
    }

    /** Makes a round return early; from any thread. */
    public void stop() {
        stopped = true;
    }

    /** A partition that is being compared. */
    private static final class Job {
        private final PartitionState state;
        private final Cut cut;
        /** The whole cut, if the topic is compacted. */
        private final Optional<Cut> compacted;

        private PartitionComparison comparison;

        Job(PartitionState state, Cut cut, Optional<Cut> compacted) {
            this.state = state;
            this.cut = cut;
            this.compacted = compacted;
        }
    }

    /** Compares all that has been committed by now and was not compared in earlier rounds; gives what is known after it. */
    public List<PartitionResult> round() throws ClusterFailure, InterruptedException {
        Deque<Job> waiting = new ArrayDeque<>();
        for (Map.Entry<TopicPartition, Planned> planned :
                cuts.now(terms.topics()).entrySet()) {
            PartitionState state = states.computeIfAbsent(planned.getKey(), PartitionState::new);
            if (planned.getValue().cut().isEmpty()) {
                state.fail(planned.getValue().problem());
            } else if (!state.isGivenUp()) {
                Cut cut = planned.getValue().cut().get();
                Job job = new Job(
                        state, state.begin(cut), planned.getValue().compacted() ? Optional.of(cut) : Optional.empty());
                if (state.isKeyed()) {
                    lookByKey(job);
                } else {
                    waiting.add(job);
                }
            }
        }
        if (terms.samples() > 0) {
            sample(waiting);
        } else {
            compare(waiting);
        }
        return states.values().stream().map(PartitionState::result).toList();
    }

    private void sample(Deque<Job> waiting) {
        Sampler sampler = new Sampler(sourceWindows, targetWindows, terms.samples());
        int all = waiting.size();
        while (!waiting.isEmpty() && !stopped) {
            Job job = waiting.remove();
            try {
                Sampler.Result sampled = sampler.look(job.state.partition(), job.cut);
                if (sampled.difference().isPresent() && job.compacted.isPresent()) {
                    lookByKey(job);
                } else {
                    job.state.add(sampled.records());
                    sampled.difference().ifPresent(difference -> tell(job, difference));
                    job.state.moveTo(job.cut.sourceTo(), job.cut.targetTo());
                }
            } catch (KafkaException e) {
                job.state.fail(e.getMessage());
            }
            maybeShow(all - waiting.size(), all);
        }
    }

    private void compare(Deque<Job> waiting) {
        List<Job> active = new ArrayList<>();
        int all = waiting.size();
        while (!stopped && !(waiting.isEmpty() && active.isEmpty())) {
            while (!waiting.isEmpty() && active.size() < AT_ONCE) {
                Job job = waiting.remove();
                open(job, job.cut);
                active.add(job);
            }
            boolean moved = advance(active);
            if (throttle.mayRead(source.bytes() + target.bytes())) {
                source.ask();
                target.ask();
            } else {
                source.rest();
                target.rest();
            }
            source.poll(moved ? 0 : IDLE_POLL_MS);
            target.poll(moved ? 0 : IDLE_POLL_MS);
            maybeShow(all - waiting.size() - active.size(), all);
        }
        active.forEach(this::close);
    }

    /** Advances all; tells whether any got anywhere. */
    private boolean advance(List<Job> active) {
        boolean moved = false;
        Iterator<Job> jobs = active.iterator();
        while (jobs.hasNext()) {
            Job job = jobs.next();
            long before = job.comparison.compared();
            switch (job.comparison.advance()) {
                case WAITS -> moved |= job.comparison.compared() > before;
                case DIFFERS -> {
                    moved = true;
                    if (!lookCloser(job)) {
                        jobs.remove();
                    }
                }
                case DONE -> {
                    moved = true;
                    close(job);
                    jobs.remove();
                }
                case FAILED -> {
                    moved = true;
                    job.state.fail(job.comparison.problem().orElseThrow());
                    close(job);
                    jobs.remove();
                }
            }
        }
        return moved;
    }

    private void open(Job job, Cut cut) {
        TopicPartition partition = job.state.partition();
        PartitionFeed ours = new PartitionFeed(partition, cut.sourceFrom(), cut.sourceTo());
        PartitionFeed theirs = new PartitionFeed(partition, cut.targetFrom(), cut.targetTo());
        source.add(ours);
        target.add(theirs);
        job.comparison = new PartitionComparison(ours, theirs, new Rules(cut.timestamps(), cut.drained()));
    }

    private void close(Job job) {
        job.state.add(job.comparison.compared());
        job.state.moveTo(job.comparison.sourceOffset(), job.comparison.targetOffset());
        job.comparison.close();
        source.remove(job.state.partition());
        target.remove(job.state.partition());
    }

    /** Finds out what is wrong; tells whether the comparison goes on behind it. */
    private boolean lookCloser(Job job) {
        boolean atStart = job.state.isAtStart() && job.comparison.compared() == 0;
        close(job);
        PartitionState state = job.state;
        Cut rest = job.cut.from(state.sourceOffset(), state.targetOffset());
        DifferenceFinder finder = new DifferenceFinder(sourceWindows, targetWindows);
        Finding finding;
        try {
            Optional<Finding> begin = atStart ? finder.begin(state.partition(), job.cut) : Optional.empty();
            finding = begin.orElseGet(
                    () -> finder.explain(state.partition(), rest, state.sourceOffset(), state.targetOffset()));
        } catch (KafkaException e) {
            state.fail("the records around source offset " + state.sourceOffset() + " can't be looked at: "
                    + e.getMessage());
            return false;
        }
        boolean cleaned = job.compacted.isPresent()
                && finding.differences().stream()
                        .anyMatch(found -> found.kind() != Kind.ALTERED && found.kind() != Kind.REPEATED);
        if (cleaned) {
            lookByKey(job);
            return false;
        }
        finding.differences().forEach(difference -> tell(job, difference));
        state.moveTo(finding.sourceOffset(), finding.targetOffset());
        if (!finding.goesOn()) {
            state.fail("from source offset " + state.sourceOffset() + " on not compared: nothing there is alike");
        }
        if (state.isGivenUp()) {
            return false;
        }
        open(job, job.cut.from(finding.sourceOffset(), finding.targetOffset()));
        return true;
    }

    private void lookByKey(Job job) {
        Cut whole = job.compacted.orElseThrow();
        try {
            KeyedLook.Result result = new KeyedLook(sourceWindows, targetWindows).look(job.state.partition(), whole);
            job.state.setKeyed(whole, result);
            result.first().filter(job.state::addFirst).ifPresent(watcher::onDifference);
        } catch (KafkaException e) {
            job.state.fail("compacted in other ways on each side, and the last records of its keys can't be compared: "
                    + e.getMessage());
        }
    }

    private void tell(Job job, Difference difference) {
        if (job.state.add(difference)) {
            watcher.onDifference(difference);
        }
    }

    private void maybeShow(int done, int all) {
        long now = clockMs.getAsLong();
        if (now - shownMs >= PROGRESS_MS) {
            shownMs = now;
            long records = states.values().stream()
                    .mapToLong(state -> state.result().records())
                    .sum();
            watcher.onProgress(records, source.bytes() + target.bytes(), done, all);
        }
    }

    @Override
    public void close() {
        source.close();
        target.close();
        sourceWindows.close();
        targetWindows.close();
        cuts.close();
    }
}
