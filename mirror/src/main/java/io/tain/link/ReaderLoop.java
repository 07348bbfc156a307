package io.tain.link;

import io.tain.batch.Assignment;
import io.tain.batch.HandlerFailedException;
import io.tain.batch.MemoryBudget;
import io.tain.batch.SourceRange;
import io.tain.source.LogBreak;
import io.tain.source.ReaderListener;
import io.tain.source.SourcePartition;
import io.tain.source.SourceReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;

/** The reader's thread: lets the {@link SourceReader} fetch and hands each partition's ranges to the writer it is pinned to. */
final class ReaderLoop implements Runnable, ReaderListener, Ticking {
    private static final long POLL_MS = 500;

    private final SourceReader reader;
    private final Mailbox mailbox;
    private final List<WriterLoop> writers;
    private final StreamEvents events;
    private final Pace pace;
    private volatile boolean stopping;
    private volatile long tickNanos;

    /** @param connect makes the reader that tells this loop what it found */
    ReaderLoop(
            Function<ReaderListener, SourceReader> connect, List<WriterLoop> writers, StreamEvents events, Pace pace) {
        this.writers = List.copyOf(writers);
        this.events = events;
        this.pace = pace;
        this.reader = connect.apply(this);
        this.mailbox = new Mailbox(reader::wakeup);
        this.tickNanos = pace.nanoTime();
    }

    /** The writer of a partition, always the same, so that its order is kept. */
    WriterLoop writerOf(TopicPartition partition) {
        return writers.get(Math.floorMod(partition.hashCode(), writers.size()));
    }

    /** Any thread. */
    void add(SourcePartition partition) {
        mailbox.post(() -> reader.add(partition));
    }

    /** Any thread; when the future is done, everything read for it is in its writer's mailbox. */
    CompletableFuture<Void> remove(Assignment assignment) {
        return mailbox.ask(() -> reader.remove(assignment));
    }

    /** Any thread: like {@link #remove}, for who need not know when. */
    void forget(Assignment assignment) {
        mailbox.post(() -> reader.remove(assignment));
    }

    /** Any thread: there is room in the budget again. */
    void wakeup() {
        reader.wakeup();
    }

    @Override
    public long tickNanos() {
        return tickNanos;
    }

    /** Any thread: the budget that batches are charged to. */
    MemoryBudget budget() {
        return reader.budget();
    }

    /** Any thread: as {@link SourceReader#throttledMs}. */
    long throttledMs() {
        return reader.throttledMs();
    }

    void stop() {
        stopping = true;
        reader.wakeup();
    }

    @Override
    public void run() {
        try (reader) {
            while (!stopping) {
                step();
            }
        }
    }

    /** One cycle of the thread. */
    void step() {
        tickNanos = pace.nanoTime();
        mailbox.drain();
        reader.poll(POLL_MS, pace.steadyMs());
    }

    @Override
    public void onRanges(List<SourceRange> ranges) {
        if (writers.size() == 1) {
            writers.get(0).accept(ranges);
            return;
        }
        Map<WriterLoop, List<SourceRange>> byWriter = new LinkedHashMap<>();
        for (SourceRange range : ranges) {
            byWriter.computeIfAbsent(writerOf(range.assignment().partition()), writer -> new ArrayList<>())
                    .add(range);
        }
        byWriter.forEach(WriterLoop::accept);
    }

    @Override
    public void onBreak(Assignment assignment, LogBreak found) {
        events.onBreak(assignment, found);
    }

    @Override
    public void onUnreadable(Assignment assignment, long position, String reason) {
        events.onHalt(assignment, assignment + "@" + position + ": " + reason + "; " + Resuming.AFTER_CORRUPTION);
    }

    @Override
    public void onHandlerFailed(Assignment assignment, HandlerFailedException failure) {
        events.onFatal(new Outcome(Outcome.Kind.ABORTED, Optional.of(failure.getMessage())));
    }
}
