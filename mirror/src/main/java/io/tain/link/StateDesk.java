package io.tain.link;

import io.tain.batch.Assignment;
import io.tain.offset.OffsetTracker.Position;
import io.tain.state.Checkpoint;
import io.tain.state.Checkpoint.Phase;
import io.tain.state.KeptState;
import io.tain.state.LinkEntry;
import io.tain.state.StateKey;
import io.tain.state.StateLog;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a link that keeps its state on the target: once a second what has moved, and what is left at a release. Owns the
 * {@link StateLog}; others ask through the mailbox, and nothing of the data path waits for it. It is the first to hear that the link
 * is failed over.
 */
final class StateDesk implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(StateDesk.class);
    private static final long INTERVAL_MS = 1_000;
    private static final long RENEW_MS = 60_000;

    /** How often it looks whether the link is to be failed over. */
    private static final long LOOK_MS = 3_000;

    /** How soon it looks again when the topic could not be read. */
    private static final long LOOK_AGAIN_MS = 15_000;

    private final String link;
    private final KeptState kept;
    private final StateLog topic;
    private final Admin target;
    private final LongFunction<LinkEntry> entry;
    private final Pace pace;
    private final Semaphore something = new Semaphore(0);
    private final Mailbox mailbox = new Mailbox(something::release);
    private final Map<Assignment, Copying> tracked = new LinkedHashMap<>();
    private final Map<Assignment, Told> written = new LinkedHashMap<>();
    private final List<Contribution> others = new ArrayList<>();
    private volatile boolean stopping;
    private volatile OptionalLong failingSinceNanos = OptionalLong.empty();
    private boolean prepared;
    private long nextNanos;
    private long renewNanos;
    private long lookNanos;
    private Optional<Consumer<String>> onRefused;

    /**
     * @param kept used and closed by this thread
     * @param entry the link's own, at a time in milliseconds since the epoch
     * @param onRefused told once, by this thread, why the link must not run any longer
     */
    StateDesk(
            String link,
            KeptState kept,
            Admin target,
            LongFunction<LinkEntry> entry,
            Consumer<String> onRefused,
            Pace pace) {
        this.link = link;
        this.kept = kept;
        this.topic = kept.topic();
        this.onRefused = Optional.of(onRefused);
        this.target = target;
        this.entry = entry;
        this.pace = pace;
        this.nextNanos = pace.nanoTime();
        this.renewNanos = nextNanos + TimeUnit.MILLISECONDS.toNanos(RENEW_MS);
        this.lookNanos = nextNanos + TimeUnit.MILLISECONDS.toNanos(LOOK_MS);
    }

    /** What is new in a checkpoint. The source's topic is known only once its partition was read. */
    private record Told(Position position, Uuid sourceTopic) {}

    /** State beside checkpoints: asked on the desk's thread once a second, and told whether that was written. */
    interface Contribution {
        /** Tells what has changed since it was last told that all is written, by key. */
        void collect(BiConsumer<StateKey, byte[]> changed);

        /** What was collected last is on the target. */
        void onWritten();

        /** The target has lost all that was written: tells it all again. */
        void onLost();
    }

    /** Any thread. */
    void add(Contribution contribution) {
        mailbox.post(() -> others.add(contribution));
    }

    /** Any thread: has checkpoints written of a partition from now on. */
    void track(Copying copying) {
        mailbox.post(() -> tracked.put(copying.assignment(), copying));
    }

    /**
     * Any thread: writes no more of these; the future ends with what was left to be written, well or ill.
     *
     * @param drained whether their trackers know of all that was read of them
     */
    CompletableFuture<Void> release(Collection<Assignment> leaving, boolean drained) {
        return mailbox.ask(() -> {
            Map<StateKey, byte[]> last = new HashMap<>();
            for (Assignment assignment : leaving) {
                Copying copying = tracked.get(assignment);
                if (copying != null) {
                    add(last, copying, copying.tracker().committable(), copying.lastPhase(drained));
                }
            }
            collect(last);
            tryToWrite(last);
            leaving.forEach(this::drop);
        });
    }

    /** Any thread: writes no more of a partition that somebody else may own by now. */
    void forget(Assignment assignment) {
        mailbox.post(() -> drop(assignment));
    }

    private void drop(Assignment assignment) {
        tracked.remove(assignment);
        written.remove(assignment);
    }

    /**
     * Any thread: of the link's state, as it is on the target when asked, what is wanted; fails with what keeps it from being read.
     *
     * @param wanted asked on the desk's thread
     */
    CompletableFuture<Map<StateKey, byte[]>> read(Predicate<StateKey> wanted) {
        CompletableFuture<Map<StateKey, byte[]>> answer = new CompletableFuture<>();
        mailbox.post(() -> {
            try {
                readNews();
                answer.complete(kept.find(wanted));
            } catch (KafkaException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    /** Any thread: writes this before anything else; the future fails if that failed. */
    CompletableFuture<Void> write(Map<StateKey, byte[]> records) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        mailbox.post(() -> {
            try {
                prepare();
                topic.write(records);
                answer.complete(null);
            } catch (KafkaException e) {
                prepared = false;
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    /** Any thread: for how long, in milliseconds, writing has failed; 0 while all goes well. */
    long failingMs() {
        OptionalLong since = failingSinceNanos;
        return since.isEmpty() ? 0 : TimeUnit.NANOSECONDS.toMillis(pace.nanoTime() - since.getAsLong());
    }

    /** Any thread: ends once all that was asked before is done. */
    void stop() {
        mailbox.post(() -> stopping = true);
    }

    @Override
    public void run() {
        try (kept) {
            readAhead();
            while (!stopping) {
                something.tryAcquire(INTERVAL_MS, TimeUnit.MILLISECONDS);
                something.drainPermits();
                step();
            }
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One cycle of the thread. */
    void step() {
        mailbox.drain();
        maybeWrite();
        maybeLook();
    }

    /** While the group is being joined: by the time that partitions are taken over, the state is known. Tells whether it is. */
    private boolean readAhead() {
        try {
            readNews();
            return true;
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.debug("{}: the state can't be read yet; who needs it asks again", link, e);
            return false;
        }
    }

    /** Whether somebody else has written what this link must know: one question for the topic's end while nobody has. */
    private void maybeLook() {
        if (pace.nanoTime() - lookNanos < 0) {
            return;
        }
        long pauseMs = readAhead() ? LOOK_MS : LOOK_AGAIN_MS;
        lookNanos = pace.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pauseMs);
    }

    private void maybeWrite() {
        if (pace.nanoTime() - nextNanos < 0) {
            return;
        }
        nextNanos = pace.nanoTime() + TimeUnit.MILLISECONDS.toNanos(INTERVAL_MS);
        Map<StateKey, byte[]> news = new HashMap<>();
        Map<Assignment, Told> moved = new LinkedHashMap<>();
        tracked.forEach((assignment, copying) -> {
            Told now =
                    new Told(copying.tracker().committable(), copying.source().topicId());
            if (!now.equals(written.get(assignment))) {
                moved.put(assignment, now);
                add(news, copying, now.position(), Phase.COPYING);
            }
        });
        collect(news);
        if (pace.nanoTime() - renewNanos >= 0) {
            addEntry(news);
        }
        if (tryToWrite(news)) {
            written.putAll(moved);
        }
    }

    private void addEntry(Map<StateKey, byte[]> news) {
        renewNanos = pace.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RENEW_MS);
        news.put(StateKey.ofLink(link), entry.apply(pace.currentTimeMs()).encode());
    }

    private void collect(Map<StateKey, byte[]> news) {
        others.forEach(other -> other.collect(news::put));
    }

    private void add(Map<StateKey, byte[]> news, Copying copying, Position position, Phase phase) {
        if (position.targetOffset() >= 0) {
            Checkpoint checkpoint = copying.at(position, phase, pace.currentTimeMs());
            news.put(new StateKey(StateKey.Kind.CHECKPOINT, link, copying.partition()), checkpoint.encode());
        }
    }

    private boolean tryToWrite(Map<StateKey, byte[]> news) {
        if (news.isEmpty()) {
            return true;
        }
        if (Thread.currentThread().isInterrupted()) {
            return false; // the link has ended without waiting any longer
        }
        try {
            prepare();
            topic.write(news);
            if (failingSinceNanos.isPresent()) {
                LOG.info("{}: the state topic {} is written again", link, topic.name());
            }
            failingSinceNanos = OptionalLong.empty();
            others.forEach(Contribution::onWritten);
            return true;
        } catch (KafkaException e) {
            prepared = false;
            if (failingSinceNanos.isEmpty()) {
                failingSinceNanos = OptionalLong.of(pace.nanoTime());
                LOG.warn(
                        "{}: {} checkpoints were not written to {} on the target, trying again: {}",
                        link,
                        news.size(),
                        topic.name(),
                        e.toString());
            }
            return false;
        }
    }

    private void prepare() {
        if (prepared) {
            return;
        }
        try {
            Optional<String> problem = topic.prepare(target);
            if (problem.isPresent()) {
                throw new KafkaException(problem.get());
            }
            Map<StateKey, byte[]> first = new HashMap<>();
            addEntry(first);
            topic.write(first); // in front of everything else
            prepared = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException(e);
        }
    }

    private void readNews() {
        prepare();
        kept.read(this::onLost);
        kept.refusal().ifPresent(why -> {
            onRefused.ifPresent(told -> told.accept(why));
            onRefused = Optional.empty();
        });
    }

    private void onLost() {
        LOG.error(
                "{}: the state topic {} on the target has lost what was in it, deleted or cut off; checkpoints are written"
                        + " anew, and where one is missing the group's last commit counts",
                link,
                topic.name());
        written.clear();
        others.forEach(Contribution::onLost);
        renewNanos = pace.nanoTime();
    }
}
