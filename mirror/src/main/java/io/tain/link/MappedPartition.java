package io.tain.link;

import io.tain.batch.Assignment;
import io.tain.batch.SourceOffsets;
import io.tain.offset.CopyListener;
import io.tain.offset.MapView;
import io.tain.offset.OffsetMap;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.Walked;
import io.tain.source.SourcePartition;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * The offset map of a partition that is being copied. The writer's thread feeds it; what was stored of it is put before what
 * was noted since, as soon as that has been read. {@link #view} and what posts to the writer's mailbox are for any thread.
 */
final class MappedPartition implements CopyListener {
    private final SourcePartition source;
    private final Uuid targetTopic;
    private final long start;
    private final Optional<Walked> walked;
    private final Mailbox writer;
    private OffsetMap map;
    private volatile boolean dirty;
    private final AtomicBoolean asked = new AtomicBoolean();
    private final CompletableFuture<Void> loaded = new CompletableFuture<>();
    private volatile MapView view = MapView.EMPTY;

    /**
     * @param walked what a take-over found copied behind what was stored
     * @param writer of the thread that feeds it
     */
    MappedPartition(SourcePartition source, Uuid targetTopic, Optional<Walked> walked, Mailbox writer) {
        this.source = source;
        this.targetTopic = targetTopic;
        this.start = source.position();
        this.walked = walked;
        this.writer = writer;
        this.map = new OffsetMap(start);
    }

    TopicPartition partition() {
        return source.assignment().partition();
    }

    boolean isOf(Assignment assignment) {
        return source.assignment() == assignment;
    }

    Uuid sourceTopic() {
        return source.topicId();
    }

    Uuid targetTopic() {
        return targetTopic;
    }

    @Override
    public void onCopied(SourceOffsets offsets, long targetOffset) {
        int count = offsets.count();
        if (targetOffset < 0) {
            map.miss(offsets.next());
        } else if (offsets.isDense()) {
            map.add(offsets.first(), targetOffset, count);
        } else {
            addRuns(offsets, targetOffset, count);
        }
        dirty = true;
    }

    private void addRuns(SourceOffsets offsets, long targetOffset, int count) {
        int first = 0;
        for (int i = 1; i <= count; i++) {
            if (i == count || offsets.ofRecord(i) != offsets.ofRecord(i - 1) + 1) {
                map.add(offsets.ofRecord(first), targetOffset + first, i - first);
                first = i;
            }
        }
    }

    @Override
    public void onPassed(Position position) {
        map.passTo(position.offset());
        dirty = true;
    }

    /** Whether nobody has undertaken to {@link #load} it before. */
    boolean maybeAsk() {
        return asked.compareAndSet(false, true);
    }

    /** What was stored could not be read. */
    void askAgain() {
        asked.set(false);
    }

    /** Puts what was stored before what was noted since, once. */
    void load(MapView stored) {
        writer.post(() -> {
            map.publish();
            OffsetMap whole = walked.map(found -> new OffsetMap(stored, found, start))
                    .orElseGet(() -> new OffsetMap(stored, start));
            whole.append(map.view());
            map = whole;
            map.publish();
            view = map.view();
            loaded.complete(null);
        });
    }

    /** Whether what was stored of it is known. */
    boolean isLoaded() {
        return loaded.isDone();
    }

    /** Has the writer show what the map has become, if it has changed. */
    void maybePublish() {
        if (dirty && isLoaded()) {
            writer.post(this::publish);
        }
    }

    /** Done when the map is loaded, and shown with all that was handed to the writer so far. */
    CompletableFuture<Void> publishNow() {
        return loaded.thenCompose(done -> writer.ask(this::publish));
    }

    private void publish() {
        if (dirty && isLoaded()) {
            dirty = false;
            map.publish();
            view = map.view();
        }
    }

    /** Forgets what lies below the beginning of the target's log. */
    void dropBelow(long targetStart) {
        writer.post(() -> {
            map.dropBelow(targetStart);
            dirty = true;
        });
    }

    /** Gives up its oldest runs until no more bytes are left than these. */
    void dropBeyond(long bytes) {
        writer.post(() -> {
            map.dropBeyond(bytes);
            dirty = true;
        });
    }

    /** As it was last shown; knows nothing until it is loaded. */
    MapView view() {
        return view;
    }
}
