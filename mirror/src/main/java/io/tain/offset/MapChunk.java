package io.tain.offset;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Consecutive runs of an offset map, as bytes: about four for each run. Immutable, and understood without the other chunks.
 *
 * <pre>
 *   version       byte, 1
 *   from          varint: source offset at which the chunk begins to know
 *   target        varint: target offset at which its first run begins
 *   covered       zigzag varint: source offset up to which it knows, from {@code from} on
 *   clear         zigzag varint: source offset from which on nothing is unknown behind its last run, from {@code from} on
 *   for each run
 *     source      zigzag varint: from the end of the run before, or from {@code from}
 *     target      varint: from the end of the run before, twice; plus one if a gap is before the run
 *     gap         varint, if one is: source offsets right before the run that hold nothing
 *     count       varint
 * </pre>
 */
public final class MapChunk {
    /** A run in which target minus source is constant. */
    public interface RunVisitor {
        /**
         * @param knownFrom no source offset from here to {@code source} holds a record that was mirrored
         * @return whether to go on
         */
        boolean visit(Run run, long knownFrom);
    }

    /**
     * Records that follow each other without a hole on either side.
     *
     * @param source offset of the first
     * @param target offset of the first
     * @param count how many
     */
    public record Run(long source, long target, long count) {
        /** Source offset behind its last record. */
        public long sourceEnd() {
            return source + count;
        }

        /** Target offset behind its last record. */
        public long targetEnd() {
            return target + count;
        }
    }

    private static final int VERSION = 1;

    private final byte[] bytes;
    private final int runsAt;
    private final long from;
    private final long covered;
    private final long clear;
    private final long target;
    private Optional<Run> first = Optional.empty();
    private long minSource = Long.MAX_VALUE;
    private long sourceEnd;
    private long targetEnd;
    private int runs;

    private MapChunk(byte[] bytes) {
        this.bytes = bytes;
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int version = in.get();
        if (version != VERSION) {
            throw new IllegalArgumentException("a chunk of an offset map has version " + version + ", not " + VERSION);
        }
        this.from = Varint.read(in);
        this.target = Varint.read(in);
        this.covered = from + Varint.readSigned(in);
        this.clear = from + Varint.readSigned(in);
        this.runsAt = in.position();
        this.sourceEnd = from;
        this.targetEnd = target;
        visit((run, knownFrom) -> {
            if (run.count() < 1 || run.source() < 0) {
                throw new IllegalArgumentException("a chunk of an offset map has a run " + run);
            }
            if (runs == 0) {
                first = Optional.of(run);
            }
            runs++;
            minSource = Math.min(minSource, run.source());
            sourceEnd = run.sourceEnd();
            targetEnd = run.targetEnd();
            return true;
        });
    }

    /** Where a chunk lies, but for its runs. */
    record Frame(long from, long target, long covered, long clear) {}

    /** Of runs that {@link #append} wrote. */
    static MapChunk of(Frame frame, ByteBuffer runs) {
        ByteBuffer out = ByteBuffer.allocate(1 + 4 * Varint.MAX_BYTES + runs.remaining());
        out.put((byte) VERSION);
        Varint.write(out, frame.from);
        Varint.write(out, frame.target);
        Varint.writeSigned(out, frame.covered - frame.from);
        Varint.writeSigned(out, frame.clear - frame.from);
        out.put(runs.duplicate());
        byte[] exact = new byte[out.position()];
        out.flip().get(exact);
        return new MapChunk(exact);
    }

    /** The largest number of bytes that {@link #append} takes. */
    static final int MAX_RUN_BYTES = 4 * Varint.MAX_BYTES;

    /** Writes a run that comes after another one. */
    static void append(ByteBuffer out, Run run, long knownFrom, Run before) {
        long gap = knownFrom > before.sourceEnd() ? 1 : 0;
        Varint.writeSigned(out, run.source - before.sourceEnd());
        Varint.write(out, (run.target - before.targetEnd()) * 2 + gap);
        if (gap == 1) {
            Varint.write(out, run.source - knownFrom);
        }
        Varint.write(out, run.count);
    }

    /** @throws IllegalArgumentException if these are not the bytes of a chunk */
    public static MapChunk decode(byte[] bytes) {
        try {
            return new MapChunk(bytes.clone());
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a chunk of an offset map ends within a number", e);
        }
    }

    public byte[] encode() {
        return bytes.clone();
    }

    /** Size as bytes. */
    public int sizeInBytes() {
        return bytes.length;
    }

    /** The runs in the target's order, until the visitor has seen enough. */
    public void visit(RunVisitor visitor) {
        ByteBuffer in = ByteBuffer.wrap(bytes).position(runsAt);
        long source = from;
        long at = target;
        while (in.hasRemaining()) {
            long begin = source + Varint.readSigned(in);
            long skip = Varint.read(in);
            long knownFrom = Math.min(source, begin);
            if ((skip & 1) == 1) {
                knownFrom = begin - Varint.read(in);
            }
            Run run = new Run(begin, at + (skip >>> 1), Varint.read(in));
            if (!visitor.visit(run, knownFrom)) {
                return;
            }
            source = run.sourceEnd();
            at = run.targetEnd();
        }
    }

    /** The runs in the target's order. */
    public List<Run> runs() {
        List<Run> all = new ArrayList<>(runs);
        visit((run, knownFrom) -> all.add(run));
        return all;
    }

    public int runCount() {
        return runs;
    }

    /** Source offset at which it begins to know. */
    public long from() {
        return from;
    }

    /** Source offset up to which it knows. */
    public long covered() {
        return covered;
    }

    long clear() {
        return clear;
    }

    /** Where the runs before it end on the target. */
    long target() {
        return target;
    }

    /** Its first run; empty without one. */
    Optional<Run> first() {
        return first;
    }

    /** Whether it goes on where another one ends. */
    boolean isBehind(MapChunk other) {
        return from == other.sourceEnd && target == other.targetEnd;
    }

    /** The lowest source offset of a record; {@code Long.MAX_VALUE} without one. */
    long minSource() {
        return minSource;
    }

    /** Source offset behind the last run; {@link #from} without one. */
    long sourceEnd() {
        return sourceEnd;
    }

    /** Target offset behind the last run. */
    public long targetEnd() {
        return targetEnd;
    }
}
