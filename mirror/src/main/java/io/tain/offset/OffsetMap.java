package io.tain.offset;

import io.tain.offset.MapChunk.Run;
import io.tain.offset.OffsetTracker.Position;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the records of one mirrored partition are on the target: runs in which target minus source is constant. A dense topic is one
 * run; a hole on either side, such as compaction leaves, a control marker, a record that was left out, begins another one.
 *
 * <p>Written by one thread, the writer's; {@link #view} may be called by any. No I/O.
 *
 * <p>Invariants:
 * <ol>
 *   <li>Runs do not overlap on the target, and are in its order.
 *   <li>On the source a run begins where or behind where the one before ended, unless records are copied again.
 *   <li>Where records may have been copied that nobody noted, a gap is before the next run: never a hole.
 * </ol>
 */
public final class OffsetMap {
    /** Small, for the last chunk is stored again whenever the map has grown. */
    static final int CHUNK_BYTES = 4 << 10;

    private final List<MapChunk> sealed = new ArrayList<>();
    private int firstChunk;
    private long from;
    private ByteBuffer open = ByteBuffer.allocate(2 * MapChunk.MAX_RUN_BYTES);
    private long openTarget;
    private Run beforeLast;
    private Run last;
    private long lastKnownFrom;
    private long clear;
    private long covered;
    /** The open chunk as it is; empty when it has changed since. */
    private Optional<MapChunk> shown = Optional.empty();

    private boolean changed;
    private volatile MapView view;

    /** A map that knows nothing yet; what was mirrored before the first record it hears of, it never will. */
    public OffsetMap(long position) {
        this(new Position(position, -1, 0));
    }

    /** A map that is to know all that is copied from a place on. */
    public OffsetMap(Position place) {
        startOpen(new Run(place.offset(), place.targetOffset(), 0));
        clear = place.offset();
        covered = place.offset();
        onChanged();
        publish();
    }

    /** Goes on with a map that was stored. */
    public OffsetMap(MapView stored, long position) {
        this(position);
        if (!stored.chunks().isEmpty()) {
            restore(stored);
            if (position > covered) {
                miss(position);
            }
        }
        publish();
    }

    /**
     * Goes on with a map that was stored, and with what was found on both sides since.
     *
     * @param upTo the source offset below which all was copied
     */
    public OffsetMap(MapView stored, Walked walked, long upTo) {
        this(walked.from());
        if (!stored.chunks().isEmpty()) {
            restore(stored);
            long known = clear > last.sourceEnd() ? last.sourceEnd() : covered;
            cut(walked.from().targetOffset());
            if (walked.from().offset() > known) {
                miss(walked.from().offset());
            }
        }
        append(walked.copies());
        passTo(upTo);
        publish();
    }

    private void restore(MapView stored) {
        firstChunk = stored.firstChunk();
        sealed.addAll(stored.chunks());
        reopen();
    }

    /** The last sealed chunk becomes the open one. */
    private void reopen() {
        MapChunk chunk = sealed.remove(sealed.size() - 1);
        startOpen(new Run(chunk.from(), chunk.target(), 0));
        chunk.visit((run, knownFrom) -> {
            push(run, knownFrom);
            return true;
        });
        clear = chunk.clear();
        covered = chunk.covered();
        onChanged();
    }

    private void onChanged() {
        shown = Optional.empty();
        changed = true;
    }

    private void startOpen(Run before) {
        from = before.sourceEnd();
        openTarget = before.targetEnd();
        open.clear();
        beforeLast = before;
        last = before;
        lastKnownFrom = before.sourceEnd();
    }

    /**
     * So many records from this source offset on, without holes, are on the target from that offset on. To be told in the order of the
     * target's offsets.
     */
    public void add(long source, long target, long count) {
        if (target < last.targetEnd() && (last.count() > 0 || !sealed.isEmpty())) {
            cut(target);
        }
        boolean hasGap = clear > last.sourceEnd() || isEmpty();
        if (last.count() > 0 && !hasGap && source == last.sourceEnd() && target == last.targetEnd()) {
            last = new Run(last.source(), last.target(), last.count() + count);
        } else {
            push(new Run(source, target, count), Math.min(source, Math.max(clear, last.sourceEnd())));
            if (open.position() >= CHUNK_BYTES) {
                seal();
            }
        }
        clear = last.sourceEnd();
        covered = last.sourceEnd();
        onChanged();
    }

    private boolean isEmpty() {
        return last.count() == 0 && sealed.isEmpty();
    }

    /** The run becomes the last one, which may still grow. */
    private void push(Run run, long knownFrom) {
        if (last.count() > 0) {
            write();
        } else if (sealed.isEmpty()) {
            openTarget = run.target();
            beforeLast = new Run(from, run.target(), 0);
        }
        last = run;
        lastKnownFrom = knownFrom;
    }

    private void write() {
        if (open.remaining() < MapChunk.MAX_RUN_BYTES) {
            ByteBuffer larger = ByteBuffer.allocate(open.capacity() * 2);
            larger.put(open.flip());
            open = larger;
        }
        MapChunk.append(open, last, lastKnownFrom, beforeLast);
        beforeLast = last;
    }

    /** Makes a chunk of all runs but the last, which begins the next one. */
    private void seal() {
        Run next = last;
        long knownFrom = lastKnownFrom;
        Run end = beforeLast;
        open.flip();
        sealed.add(MapChunk.of(new MapChunk.Frame(from, openTarget, end.sourceEnd(), end.sourceEnd()), open));
        startOpen(new Run(end.sourceEnd(), end.targetEnd(), 0));
        last = next;
        lastKnownFrom = knownFrom;
    }

    /** All source offsets below this one are done: those behind the last record that was added hold none. */
    public void passTo(long position) {
        if (position > covered) {
            covered = position;
            onChanged();
        }
    }

    /** What lies between what it knows and this source offset may have been copied, nobody knows where to. */
    public void miss(long position) {
        clear = Math.max(clear, position);
        covered = Math.max(covered, position);
        onChanged();
    }

    /** Goes on with what a map knows that was begun later. */
    public void append(MapView younger) {
        Append append = new Append(younger.from());
        younger.chunks().forEach(chunk -> chunk.visit(append));
        if (!younger.chunks().isEmpty()) {
            MapChunk end = younger.chunks().get(younger.chunks().size() - 1);
            if (end.clear() > append.end) {
                miss(end.clear());
            }
            passTo(end.covered());
        }
    }

    /** Adds runs with the gaps between them. Used by one thread. */
    private final class Append implements MapChunk.RunVisitor {
        private long end;

        Append(long from) {
            this.end = from;
        }

        @Override
        public boolean visit(Run run, long knownFrom) {
            if (knownFrom > end) {
                miss(knownFrom);
            }
            add(run.source(), run.target(), run.count());
            end = run.sourceEnd();
            return true;
        }
    }

    /** The target lost its records from this offset on, or gives the offset out again. */
    private void cut(long target) {
        while (openTarget >= target && !sealed.isEmpty()) {
            reopen();
        }
        MapChunk all = openChunk();
        startOpen(new Run(all.from(), all.target(), 0));
        all.visit((run, knownFrom) -> {
            long count = Math.min(run.count(), target - run.target());
            if (count > 0) {
                push(new Run(run.source(), run.target(), count), knownFrom);
            }
            return count == run.count();
        });
        clear = last.sourceEnd();
        covered = last.sourceEnd();
    }

    /** The target's log begins there: forgets chunks of runs that lie below it. */
    public void dropBelow(long targetStart) {
        while (!sealed.isEmpty() && sealed.get(0).targetEnd() <= targetStart) {
            dropFirst();
        }
    }

    /** Gives up its oldest runs, though their records may still be on the target, until no more bytes are left than these. */
    public void dropBeyond(long bytes) {
        long kept = sealed.stream().mapToLong(MapChunk::sizeInBytes).sum();
        while (!sealed.isEmpty() && kept > bytes) {
            kept -= sealed.get(0).sizeInBytes();
            dropFirst();
        }
    }

    private void dropFirst() {
        sealed.remove(0);
        firstChunk++;
        changed = true;
    }

    private MapChunk openChunk() {
        MapChunk.Frame frame = new MapChunk.Frame(from, openTarget, covered, clear);
        if (last.count() == 0) {
            return MapChunk.of(frame, ByteBuffer.allocate(0));
        }
        int position = open.position();
        Run before = beforeLast;
        write();
        ByteBuffer runs = open.duplicate().flip();
        MapChunk chunk = MapChunk.of(frame, runs);
        open.position(position);
        beforeLast = before;
        return chunk;
    }

    /** Writer: shows others what it has become; cheap if it has not changed. */
    public void publish() {
        if (changed) {
            List<MapChunk> chunks = new ArrayList<>(sealed);
            if (shown.isEmpty()) {
                shown = Optional.of(openChunk());
            }
            chunks.add(shown.get());
            view = new MapView(firstChunk, chunks);
            changed = false;
        }
    }

    /** As of the last {@link #publish}; from any thread. */
    public MapView view() {
        return view;
    }
}
