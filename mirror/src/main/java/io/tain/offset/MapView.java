package io.tain.offset;

import io.tain.offset.MapChunk.Run;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.Translation.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An offset map at a moment. Immutable; for any thread.
 *
 * <p>A source offset may be on the target more than once, when a window was sent again after a crash, or the source's log was cut
 * off and the mirror went back. Then its last copy counts: what is sent again is sent in order and without end, so that behind
 * the last copy of a record come the last copies of all that follow it. So a consumer that begins at the last copy misses
 * nothing, and sees nothing twice, while one that begins at the first would see the window twice. The other way round each copy
 * is what it is a copy of.
 */
public final class MapView {
    /** Knows nothing. */
    public static final MapView EMPTY = new MapView(0, List.of());

    private final int firstChunk;
    private final List<MapChunk> chunks;
    private final long sizeInBytes;

    /**
     * @param firstChunk the number of the first chunk
     * @param chunks in order; only the last may be without runs
     */
    public MapView(int firstChunk, List<MapChunk> chunks) {
        this.firstChunk = firstChunk;
        this.chunks = List.copyOf(chunks);
        this.sizeInBytes = chunks.stream().mapToLong(MapChunk::sizeInBytes).sum();
    }

    /**
     * Of chunks by their numbers, as they were stored. What lies before a chunk that is missing, or does not join the next one
     * because somebody wrote it who no longer owned the partition, is left out.
     */
    public static MapView of(Map<Integer, MapChunk> stored) {
        if (stored.isEmpty()) {
            return EMPTY;
        }
        int number = stored.keySet().stream().mapToInt(Integer::intValue).max().orElseThrow();
        List<MapChunk> chunks = new ArrayList<>();
        for (; stored.containsKey(number); number--) {
            MapChunk chunk = stored.get(number);
            if (!chunks.isEmpty() && !chunks.get(0).isBehind(chunk)) {
                break;
            }
            chunks.add(0, chunk);
        }
        return new MapView(number + 1, chunks);
    }

    /** What changed since an older view of the same map: chunks by number, empty where one is no longer there. */
    public Map<Integer, Optional<MapChunk>> changesSince(MapView older) {
        Map<Integer, Optional<MapChunk>> changes = new HashMap<>();
        for (int i = 0; i < chunks.size(); i++) {
            int number = firstChunk + i;
            if (older.chunk(number) != chunks.get(i)) {
                changes.put(number, Optional.of(chunks.get(i)));
            }
        }
        for (int i = 0; i < older.chunks.size(); i++) {
            if (chunk(older.firstChunk + i) == null) {
                changes.put(older.firstChunk + i, Optional.empty());
            }
        }
        return changes;
    }

    private MapChunk chunk(int number) {
        int i = number - firstChunk;
        return i < 0 || i >= chunks.size() ? null : chunks.get(i);
    }

    public int firstChunk() {
        return firstChunk;
    }

    public List<MapChunk> chunks() {
        return chunks;
    }

    /** Whether it knows of no record. */
    public boolean isEmpty() {
        return runCount() == 0;
    }

    public long runCount() {
        return chunks.stream().mapToLong(MapChunk::runCount).sum();
    }

    public long sizeInBytes() {
        return sizeInBytes;
    }

    /** The runs in the target's order. */
    public List<Run> runs() {
        List<Run> all = new ArrayList<>();
        chunks.forEach(chunk -> all.addAll(chunk.runs()));
        return all;
    }

    /** Source offset at which it begins to know; 0 if it knows nothing. */
    public long from() {
        return chunks.isEmpty() ? 0 : chunks.get(0).from();
    }

    /** Source offset up to which it knows; 0 if it knows nothing. */
    public long covered() {
        return chunks.isEmpty() ? 0 : last().covered();
    }

    /** Target offset behind the last record; 0 if it knows of none. */
    public long targetEnd() {
        return chunks.isEmpty() ? 0 : last().targetEnd();
    }

    private MapChunk last() {
        return chunks.get(chunks.size() - 1);
    }

    /**
     * Where on the target a consumer goes on that has come to this offset on the source.
     *
     * @param targetStart where the target's log begins: what the map does not know of and what lies below is gone alike
     */
    public Translation toTarget(long source, long targetStart) {
        if (isEmpty()) {
            return new Translation(Kind.BEFORE_MAP, targetStart);
        }
        int i = chunks.size() - 1;
        while (i >= 0 && chunks.get(i).minSource() > source) {
            i--;
        }
        SourceLook look = new SourceLook(source);
        for (int last = lastLowest(i), chunk = Math.max(i, 0); chunk <= last; chunk++) {
            chunks.get(chunk).visit(look);
        }
        if (look.found.isPresent() && source < look.found.get().sourceEnd()) {
            Run run = look.found.get();
            return new Translation(Kind.RECORD, run.target() + source - run.source());
        }
        if (look.found.isEmpty()) {
            Run next = look.next.orElseThrow();
            boolean nothingBefore = source >= look.unknownBelow || next.target() <= targetStart;
            return new Translation(nothingBefore ? Kind.NEXT : Kind.BEFORE_MAP, next.target());
        }
        if (look.next.isPresent()) {
            Kind kind = source >= look.unknownBelow ? Kind.NEXT : Kind.GAP;
            return new Translation(kind, look.next.get().target());
        }
        if (hasGapAtEnd()) {
            return new Translation(Kind.GAP, targetEnd());
        }
        return new Translation(source <= covered() ? Kind.END : Kind.AHEAD, targetEnd());
    }

    /**
     * Where on the source a consumer goes on that has come to this offset on the target.
     *
     * @param targetStart where the target's log begins
     */
    public Translation toSource(long target, long targetStart) {
        if (isEmpty()) {
            return new Translation(Kind.BEFORE_MAP, covered());
        }
        Run first = chunks.get(0).first().orElseThrow();
        if (target < first.target()) {
            return new Translation(first.target() <= targetStart ? Kind.NEXT : Kind.BEFORE_MAP, first.source());
        }
        int i = chunks.size() - 1;
        while (chunks.get(i).first().map(run -> run.target() > target).orElse(true)) {
            i--;
        }
        TargetLook look = new TargetLook(target);
        chunks.get(i).visit(look);
        if (target < look.found.targetEnd()) {
            return new Translation(Kind.RECORD, look.found.source() + target - look.found.target());
        }
        if (look.next.isEmpty() && i + 1 < chunks.size()) {
            chunks.get(i + 1).visit(look);
        }
        if (look.next.isPresent()) {
            Kind kind = look.knownFrom <= look.found.sourceEnd() ? Kind.NEXT : Kind.GAP;
            return new Translation(kind, look.next.get().source());
        }
        if (hasGapAtEnd()) {
            return new Translation(Kind.GAP, covered());
        }
        return new Translation(target == targetEnd() ? Kind.END : Kind.AHEAD, covered());
    }

    /** Whether records may have been copied behind its last run that nobody noted. */
    public boolean endsWithGap() {
        return !chunks.isEmpty() && hasGapAtEnd();
    }

    /** The runs of the last records that it knows of, in the target's order: of so many, or of all. */
    public List<Run> lastRuns(long records) {
        List<Run> last = new ArrayList<>();
        long count = 0;
        for (int i = chunks.size() - 1; i >= 0 && count < records; i--) {
            List<Run> runs = chunks.get(i).runs();
            for (int j = runs.size() - 1; j >= 0 && count < records; j--) {
                Run run = runs.get(j);
                long wanted = Math.min(run.count(), records - count);
                long skipped = run.count() - wanted;
                last.add(0, new Run(run.source() + skipped, run.target() + skipped, wanted));
                count += wanted;
            }
        }
        return last;
    }

    /**
     * The farthest place at a target offset or below it that the map knows: all that was copied from below its source offset is below its
     * target offset. Empty if the map does not know of the offset.
     */
    public Optional<Position> placeAt(long target) {
        if (chunks.isEmpty()) {
            return Optional.empty();
        }
        if (target >= targetEnd()) {
            long known = hasGapAtEnd() ? last().sourceEnd() : covered();
            return Optional.of(new Position(known, -1, targetEnd()));
        }
        Translation found = toSource(target, 0);
        return found.isKnown() ? Optional.of(new Position(found.offset(), -1, target)) : Optional.empty();
    }

    /** The last record that it has below a target offset. */
    public Optional<Run> lastBelow(long target) {
        for (int i = chunks.size() - 1; i >= 0; i--) {
            if (chunks.get(i).first().map(run -> run.target() < target).orElse(false)) {
                TargetLook look = new TargetLook(target - 1);
                chunks.get(i).visit(look);
                long count = Math.min(look.found.targetEnd(), target) - look.found.target();
                return Optional.of(new Run(look.found.source() + count - 1, look.found.target() + count - 1, 1));
            }
        }
        return Optional.empty();
    }

    /** How many of the records that it has are at a target offset or above. */
    public long recordsFrom(long target) {
        return runs().stream()
                .mapToLong(run -> Math.max(0, run.targetEnd() - Math.max(run.target(), target)))
                .sum();
    }

    private boolean hasGapAtEnd() {
        return last().clear() > last().sourceEnd();
    }

    /** The last of the chunks behind this one that begin lowest on the source, as those do that are copied again; or this one. */
    private int lastLowest(int chunk) {
        int lowest = chunk + 1;
        for (int i = chunk + 2; i < chunks.size(); i++) {
            if (chunks.get(i).minSource() <= chunks.get(lowest).minSource()) {
                lowest = i;
            }
        }
        return Math.min(lowest, chunks.size() - 1);
    }

    /** Looks for the last run that begins at an offset or below, and of those behind it for the last that begins lowest. */
    private static final class SourceLook implements MapChunk.RunVisitor {
        private final long source;
        private Optional<Run> found = Optional.empty();
        private Optional<Run> next = Optional.empty();
        private long unknownBelow;
        private long end;
        private long gapEnd;

        SourceLook(long source) {
            this.source = source;
        }

        @Override
        public boolean visit(Run run, long knownFrom) {
            if (knownFrom > end) {
                gapEnd = Math.max(gapEnd, knownFrom);
            }
            end = run.sourceEnd();
            if (run.source() <= source) {
                found = Optional.of(run);
                next = Optional.empty();
                gapEnd = 0;
            } else if (next.isEmpty() || run.source() <= next.get().source()) {
                next = Optional.of(run);
                unknownBelow = gapEnd;
            }
            return true;
        }
    }

    /** Looks for the last run that begins at an offset or below, and the one behind it. */
    private static final class TargetLook implements MapChunk.RunVisitor {
        private final long target;
        private Run found;
        private Optional<Run> next = Optional.empty();
        private long knownFrom;

        TargetLook(long target) {
            this.target = target;
        }

        @Override
        public boolean visit(Run run, long known) {
            if (run.target() <= target) {
                found = run;
                return true;
            }
            next = Optional.of(run);
            knownFrom = known;
            return false;
        }
    }
}
