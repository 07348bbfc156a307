package io.tain.sim;

import io.tain.sim.SimRecord.Content;
import io.tain.sim.SimRecord.Fate;
import io.tain.sim.SourceLog.Form;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;

/** Who writes to the source: batches of all forms, with transactions that commit and abort. */
final class Producers {
    private static final List<CompressionType> CODECS = List.of(
            CompressionType.NONE,
            CompressionType.NONE,
            CompressionType.NONE,
            CompressionType.LZ4,
            CompressionType.SNAPPY,
            CompressionType.GZIP,
            CompressionType.ZSTD);

    private final World world;
    private final Map<SourceLog, Habit> habits = new HashMap<>();
    private int left;

    /** How one partition is written. */
    private record Habit(Compression compression, int recordsPerBatch, boolean logAppendTime) {}

    Producers(World world) {
        this.world = world;
        this.left = world.dice.skewed(10, 80);
    }

    void add(SourceLog log) {
        Dice dice = world.dice;
        habits.put(
                log,
                new Habit(
                        Compression.of(dice.pick(CODECS)).build(), dice.pick(List.of(1, 1, 3, 10)), dice.chance(0.1)));
    }

    boolean isDone() {
        return left == 0;
    }

    /** Writes a batch or a transaction's end, as long as there is something to write. */
    boolean maybeProduce() {
        if (left == 0) {
            return false;
        }
        left--;
        SourceLog log = world.dice.pick(new ArrayList<>(world.source.logs()));
        if (world.dice.chance(0.3) && log.hasOpenTransactions()) {
            end(log);
        } else {
            // Many small batches at once are what makes a writer join them.
            int batches = world.dice.chance(0.15) ? world.dice.between(2, 12) : 1;
            for (int i = 0; i < batches; i++) {
                produce(log);
            }
        }
        return true;
    }

    /** Nothing more is written, and no transaction stays open. */
    void endAll() {
        left = 0;
        for (SourceLog log : world.source.logs()) {
            while (log.hasOpenTransactions()) {
                end(log);
            }
        }
    }

    private void end(SourceLog log) {
        boolean commit = world.dice.chance(0.6);
        long producer = world.dice.pick(log.openTransactions());
        world.trace.note("source: %s of producer %d in %s", commit ? "commit" : "abort", producer, log.partition);
        log.endTransaction(producer, commit);
    }

    void produce(SourceLog log) {
        Dice dice = world.dice;
        Habit habit = habits.get(log);
        int count = dice.between(1, habit.recordsPerBatch);
        List<Content> contents = new ArrayList<>();
        List<Fate> fates = new ArrayList<>();
        long time = 1_700_000_000_000L + dice.between(0, 100_000);
        for (int i = 0; i < count; i++) {
            Fate fate = fate();
            fates.add(fate);
            long timestamp = habit.logAppendTime ? time : time - dice.between(0, 50);
            contents.add(content(log.records.size() + i, fate, timestamp));
        }
        long producer = world.weather.strikes(Fault.TRANSACTIONS) ? dice.between(1, 3) : -1;
        log.append(contents, fates, new Form(habit.compression, habit.logAppendTime, producer));
    }

    private Fate fate() {
        if (world.weather.strikes(Fault.REFUSED_RECORD)) {
            return Fate.INVALID;
        }
        boolean limited = world.terms.target().maxBytes() <= 4_000;
        return limited && world.weather.strikes(Fault.TOO_LARGE_RECORD) ? Fate.TOO_LARGE : Fate.ACCEPTED;
    }

    private Content content(int birth, Fate fate, long timestamp) {
        Dice dice = world.dice;
        int filling = fate == Fate.TOO_LARGE ? world.terms.target().maxBytes() + 200 : dice.skewed(0, 400);
        byte[] text = ByteBuffer.allocate(4 + filling)
                .putInt(birth)
                .put(dice.bytes(filling))
                .array();
        boolean tombstone = fate != Fate.TOO_LARGE && dice.chance(0.1);
        byte[] key = tombstone ? text : dice.chance(0.3) ? null : dice.bytes(3);
        Optional<Header> header =
                dice.chance(0.1) ? Optional.of(new RecordHeader("h", dice.bytes(2))) : Optional.empty();
        return new Content(key, tombstone ? null : text, header, timestamp);
    }
}
