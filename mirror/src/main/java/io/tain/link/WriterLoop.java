package io.tain.link;

import io.tain.batch.Assignment;
import io.tain.batch.DeadLetters;
import io.tain.batch.EncodedBatch;
import io.tain.batch.InvalidBatchException;
import io.tain.batch.MirrorBatch;
import io.tain.batch.SourceRange;
import io.tain.config.OnRefused;
import io.tain.link.Event.Offsets;
import io.tain.offset.OffsetTracker;
import io.tain.target.TargetWriter;
import io.tain.target.WriterListener;
import io.tain.topic.TargetTopics.Purpose;
import io.tain.topic.TargetTopics.Wanted;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;

/**
 * A writer's thread: takes in ranges, lets the {@link TargetWriter} send them, and keeps each assignment's
 * {@link OffsetTracker}.
 */
final class WriterLoop implements Runnable, WriterListener, Ticking {
    private static final long POLL_MS = 500;

    /** Behind the target topic's name. */
    private static final String DEAD_LETTER_SUFFIX = ".refused";

    private final TargetWriter writer;
    private final Mailbox mailbox;
    private final OnRefused onRefused;
    private final Optional<DeadLetters> deadLetters;
    private final LinkCounters counters;
    private final StreamEvents events;
    private final Consumer<Wanted> missingTopics;
    private final Pace pace;
    private final IdentityHashMap<Assignment, OffsetTracker> trackers = new IdentityHashMap<>();
    private volatile Map<TopicPartition, String> blocked = Map.of();
    private volatile long roundTripMs;
    private volatile boolean stopping;
    private volatile long tickNanos;
    private long publishedMs;

    /** @param connect makes the writer that tells this loop what became of batches */
    WriterLoop(
            Function<WriterListener, TargetWriter> connect,
            OnRefused onRefused,
            LinkCounters counters,
            StreamEvents events,
            Consumer<Wanted> missingTopics,
            Pace pace) {
        this.writer = connect.apply(this);
        this.mailbox = new Mailbox(writer::wakeup);
        this.onRefused = onRefused;
        this.deadLetters = onRefused == OnRefused.DEAD_LETTER
                ? Optional.of(new DeadLetters(Stream.MAX_DECOMPRESSED_BYTES))
                : Optional.empty();
        this.counters = counters;
        this.events = events;
        this.missingTopics = missingTopics;
        this.pace = pace;
        this.tickNanos = pace.nanoTime();
    }

    Mailbox mailbox() {
        return mailbox;
    }

    /** Any thread, before the first range of the assignment. */
    void begin(Assignment assignment, OffsetTracker tracker) {
        mailbox.post(() -> trackers.put(assignment, tracker));
    }

    /** Any thread: what is not sent yet of an ended assignment never will be. */
    void discard(Assignment assignment) {
        mailbox.post(() -> {
            trackers.remove(assignment);
            writer.discard(assignment);
        });
    }

    /** Any thread. */
    void accept(List<SourceRange> ranges) {
        mailbox.post(() -> ranges.forEach(this::take));
    }

    /** Any thread: source partitions of which something can not be written just now, and why. */
    Map<TopicPartition, String> blocked() {
        return blocked;
    }

    /** Any thread: as {@link TargetWriter#shortestRoundTripMs}. */
    long roundTripMs() {
        return roundTripMs;
    }

    /** Any thread: as {@link TargetWriter#throttledMs}. */
    long throttledMs() {
        return writer.throttledMs();
    }

    @Override
    public long tickNanos() {
        return tickNanos;
    }

    void stop() {
        stopping = true;
        writer.wakeup();
    }

    @Override
    public void run() {
        try (writer) {
            while (!stopping) {
                step();
            }
        } finally {
            deadLetters.ifPresent(DeadLetters::close);
        }
    }

    /** One cycle of the thread. */
    void step() {
        tickNanos = pace.nanoTime();
        mailbox.drain();
        writer.poll(POLL_MS, pace.steadyMs());
        maybePublish(pace.steadyMs());
    }

    private void maybePublish(long nowMs) {
        if (nowMs - publishedMs >= POLL_MS) {
            publishedMs = nowMs;
            blocked = Map.copyOf(writer.blocked());
            roundTripMs = writer.shortestRoundTripMs();
        }
    }

    private void take(SourceRange range) {
        OffsetTracker tracker = trackers.get(range.assignment());
        if (tracker == null || range.assignment().hasEnded()) {
            range.batches().forEach(MirrorBatch::release);
            return;
        }
        tracker.begin(range);
        range.batches().forEach(writer::submit);
    }

    @Override
    public void onRetry(String why) {
        counters.countRetry(why);
    }

    @Override
    public void onSentAgain(int records) {
        counters.resent.add(records);
    }

    @Override
    public void onAnswered(long latencyMs) {
        counters.acknowledgement.observe(latencyMs);
    }

    @Override
    public void onRewritten(MirrorBatch batch, Rewrite why) {
        counters.countRewritten(why);
    }

    @Override
    public void onAcknowledged(MirrorBatch batch, long targetOffset) {
        Assignment owned = batch.range().assignment();
        if (owned.owner().isPresent() && targetOffset < 0) {
            if (!owned.hasEnded()) { // it is there, but its place has to be looked for
                onFenced(owned, "has to find its place anew: the target does not tell where it has " + batch);
                writer.discard(owned);
            }
            return;
        }
        if (batch.refusal().isPresent()) {
            Offsets offsets = new Offsets(
                    batch.encoded().source().ofRecord(0), batch.encoded().nextOffset());
            counters.deadLetters.add(batch.count());
            counters.events.tellInRow(
                    Event.Kind.DEAD_LETTER,
                    batch.range().assignment().partition(),
                    offsets,
                    "the target refuses the record at " + batch.range().assignment() + "@" + offsets.first() + ": "
                            + batch.refusal().get() + "; it is in " + batch.target() + "@" + targetOffset);
        } else {
            counters.records.add(batch.count());
            batch.range().assignment().addCopied(batch.count(), batch.sizeInBytes());
            counters.bytes.add(batch.sizeInBytes());
            long timestamp = batch.range().maxTimestamp();
            if (timestamp >= 0) {
                counters.latency.observe(pace.currentTimeMs() - timestamp);
            }
            if (batch.target().equals(batch.range().assignment().partition())) {
                batch.range().onCopied(batch, targetOffset);
            }
        }
        done(batch);
    }

    private void done(MirrorBatch batch) {
        SourceRange range = batch.range();
        range.onDone();
        OffsetTracker tracker = trackers.get(range.assignment());
        if (range.isDone() && tracker != null && !range.assignment().hasEnded()) {
            tracker.advance();
        }
    }

    @Override
    public Verdict onRefused(MirrorBatch batch, String reason) {
        Assignment assignment = batch.range().assignment();
        // What the batch covers may begin before its record, where compaction left a hole.
        long offset = batch.encoded().source().ofRecord(0);
        String place = assignment + "@" + offset;
        String what = "the target refuses the record at " + place
                + (batch.target().equals(assignment.partition()) ? "" : " (for " + batch.target() + ")") + ": "
                + reason;
        if (onRefused == OnRefused.DEAD_LETTER && batch.refusal().isEmpty()) {
            return divert(batch, reason);
        }
        if (onRefused != OnRefused.SKIP) {
            commitUpTo(batch);
        }
        switch (onRefused) {
            case DEAD_LETTER ->
                events.onHalt(
                        assignment,
                        "the dead-letter topic refuses it too: " + what + "; it was refused first because of "
                                + batch.refusal().orElseThrow() + "; "
                                + Resuming.afterRefusal(batch.target().topic(), assignment.partition(), offset)
                                + "; or set on.refused=skip and restart");
            case SKIP -> {
                Offsets offsets = new Offsets(offset, batch.encoded().nextOffset());
                counters.refused.add(batch.count());
                counters.events.tellInRow(Event.Kind.SKIPPED, assignment.partition(), offsets, what + "; left out");
                done(batch);
                return Verdict.SKIP;
            }
            case ABORT -> events.onFatal(new Outcome(Outcome.Kind.ABORTED, Optional.of(what)));
            case HALT ->
                events.onHalt(
                        assignment,
                        what + "; "
                                + Resuming.afterRefusal("the target's topic", assignment.partition(), offset)
                                + "; or set on.refused=dead-letter or skip and restart");
        }
        assignment.end();
        trackers.remove(assignment);
        return Verdict.HALT;
    }

    /** The position moves past the record only once its dead letter is acknowledged, which takes its place in the range. */
    private Verdict divert(MirrorBatch batch, String reason) {
        TopicPartition from = batch.range().assignment().partition();
        TopicPartition to = new TopicPartition(
                batch.target().topic() + DEAD_LETTER_SUFFIX, batch.target().partition());
        try {
            EncodedBatch letter = deadLetters.orElseThrow().of(batch.encoded(), from, reason, pace.currentTimeMs());
            writer.submit(batch.deadLetter(letter, to, reason));
            return Verdict.SKIP;
        } catch (InvalidBatchException e) {
            onCorrupt(batch);
            return Verdict.HALT;
        }
    }

    @Override
    public Patience onUnauthorized(MirrorBatch batch, String reason) {
        if (onRefused != OnRefused.ABORT) {
            return Patience.TRY_AGAIN; // rights may be given back, and nothing is lost by waiting
        }
        onRefused(batch, reason);
        return Patience.HALT;
    }

    /** A target partition is written in order, so before the refused record all of its range is written. */
    private void commitUpTo(MirrorBatch refused) {
        SourceRange range = refused.range();
        OffsetTracker tracker = trackers.get(range.assignment());
        boolean sameTarget =
                range.batches().stream().allMatch(batch -> batch.target().equals(refused.target()));
        if (tracker != null && sameTarget) {
            tracker.endInside(range, refused.encoded().firstOffset());
        }
    }

    @Override
    public void onCorrupt(MirrorBatch batch) {
        Assignment assignment = batch.range().assignment();
        writer.discard(assignment); // in any case: what follows must not be written without it
        if (trackers.remove(assignment) != null) {
            assignment.end();
            events.onCorrupt(assignment, batch.encoded().firstOffset());
        }
    }

    @Override
    public void onFenced(Assignment assignment, String what) {
        assignment.end();
        trackers.remove(assignment);
        events.onFenced(assignment, assignment + " " + what);
    }

    @Override
    public void onTargetReplaced(Assignment assignment, String what) {
        events.onTargetReplaced(assignment, assignment + ": " + what);
        assignment.end();
        trackers.remove(assignment);
    }

    @Override
    public void onTargetLost(MirrorBatch batch, long targetOffset, long count) {
        counters.events.tell(
                Event.Kind.TARGET_LOST,
                batch.range().assignment().partition(),
                Optional.empty(),
                batch.target() + " on the target has lost " + count + " offsets from " + targetOffset
                        + " on, which it had acknowledged; the copy goes on there with the source's offset "
                        + batch.encoded().firstOffset()
                        + "; to copy what is missing again, stop the mirror and reset the group's offset");
    }

    @Override
    public void onMissingTopic(MirrorBatch batch) {
        missingTopics.accept(new Wanted(
                batch.range().assignment().partition().topic(),
                batch.target().topic(),
                batch.refusal().isPresent() ? Purpose.DEAD_LETTERS : Purpose.MIRROR));
    }
}
