package io.tain.sim;

import io.tain.sim.SimRecord.Content;
import io.tain.sim.SimRecord.State;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** One partition of the source: its batches as a broker stores them, and every record it ever had. */
final class SourceLog implements ReadableLog {
    final TopicPartition partition;
    final List<SimRecord> records = new ArrayList<>();
    final List<AbortedRun> aborted = new ArrayList<>();
    private final List<Stored> batches = new ArrayList<>();
    private final TreeMap<Integer, Long> epochStarts = new TreeMap<>();
    private final TreeMap<Long, Long> openTransactions = new TreeMap<>();
    int leader;
    private int epoch = 3;
    private long start;
    private long end;
    private int recreations;

    /** A batch in the log, with those of its records that are still there; control batches have none. */
    private static final class Stored extends StoredBatch {
        final List<SimRecord> records;
        final boolean compactable;

        Stored(long baseOffset, long lastOffset, byte[] bytes, List<SimRecord> records, boolean compactable) {
            super(baseOffset, lastOffset, bytes);
            this.records = records;
            this.compactable = compactable;
        }
    }

    /** An aborted transaction in the log. */
    record AbortedRun(long producerId, long firstOffset, long markerOffset) {}

    /** How a batch is to be made. */
    record Form(Compression compression, boolean logAppendTime, long producerId) {
        boolean isTransactional() {
            return producerId >= 0;
        }
    }

    SourceLog(TopicPartition partition, int leader, long firstOffset) {
        this.partition = partition;
        this.leader = leader;
        this.start = firstOffset;
        this.end = firstOffset;
        epochStarts.put(epoch, end);
    }

    int epoch() {
        return epoch;
    }

    @Override
    public long start() {
        return start;
    }

    @Override
    public long end() {
        return end;
    }

    @Override
    public long lastStable() {
        return openTransactions.values().stream()
                .mapToLong(Long::longValue)
                .min()
                .orElse(end);
    }

    boolean hasOpenTransactions() {
        return !openTransactions.isEmpty();
    }

    List<Long> openTransactions() {
        return List.copyOf(openTransactions.keySet());
    }

    void append(List<Content> contents, List<SimRecord.Fate> fates, Form form) {
        List<SimRecord> added = new ArrayList<>();
        long base = end;
        for (int i = 0; i < contents.size(); i++) {
            SimRecord record = new SimRecord(partition, records.size(), base + i, epoch, contents.get(i), fates.get(i));
            record.state = form.isTransactional() ? State.PENDING : State.VISIBLE;
            records.add(record);
            added.add(record);
        }
        end += contents.size();
        if (form.isTransactional()) {
            openTransactions.putIfAbsent(form.producerId(), base);
        }
        byte[] bytes = encode(added, form, base, -1, epoch);
        batches.add(new Stored(base, end - 1, bytes, added, !form.logAppendTime()));
    }

    private static byte[] encode(List<SimRecord> records, Form form, long base, long deleteHorizon, int epoch) {
        long appendTime = form.logAppendTime() ? records.get(0).content.timestamp() : -1;
        ByteBufferOutputStream out = new ByteBufferOutputStream(ByteBuffer.allocate(512));
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(
                out,
                RecordBatch.CURRENT_MAGIC_VALUE,
                form.compression(),
                form.logAppendTime() ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
                base,
                appendTime,
                form.producerId(),
                (short) (form.isTransactional() ? 4 : -1),
                form.isTransactional() ? (int) (base % 1000) : -1,
                form.isTransactional(),
                false,
                epoch,
                Integer.MAX_VALUE,
                deleteHorizon);
        for (SimRecord record : records) {
            Content content = record.content;
            builder.appendWithOffset(
                    record.offset,
                    form.logAppendTime() ? content.timestamp() - record.birth % 3 : content.timestamp(),
                    content.key(),
                    content.value(),
                    content.headers());
        }
        ByteBuffer bytes = builder.build().buffer();
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return copy;
    }

    /** Writes a transaction's marker. */
    void endTransaction(long producerId, boolean commit) {
        long first = openTransactions.remove(producerId);
        MemoryRecords marker = MemoryRecords.withEndTransactionMarker(
                end,
                5_000,
                epoch,
                producerId,
                (short) 4,
                new EndTransactionMarker(
                        commit
                                ? org.apache.kafka.common.record.internal.ControlRecordType.COMMIT
                                : org.apache.kafka.common.record.internal.ControlRecordType.ABORT,
                        0));
        byte[] bytes = new byte[marker.sizeInBytes()];
        marker.buffer().duplicate().get(bytes);
        for (Stored batch : batches) {
            if (batch.baseOffset >= first && producerIdOf(batch) == producerId) {
                for (SimRecord record : batch.records) {
                    if (record.state == State.PENDING) {
                        record.state = commit ? State.VISIBLE : State.ABORTED;
                    }
                }
            }
        }
        if (!commit) {
            aborted.add(new AbortedRun(producerId, first, end));
        }
        batches.add(new Stored(end, end, bytes, List.of(), false));
        end++;
    }

    private static long producerIdOf(Stored batch) {
        return ByteBuffer.wrap(batch.bytes).getLong(43);
    }

    void moveLeader(int node) {
        leader = node;
        epochStarts.put(++epoch, end);
    }

    /** Compaction takes some of one batch's records, or none; the offsets that the batch spans stay. */
    boolean compact(Dice dice) {
        List<Integer> candidates = new ArrayList<>();
        for (int i = 0; i < batches.size(); i++) {
            boolean settled = batches.get(i).lastOffset < lastStable() && batches.get(i).compactable;
            if (settled && !batches.get(i).records.isEmpty()) {
                candidates.add(i);
            }
        }
        if (candidates.isEmpty()) {
            return false;
        }
        int index = dice.pick(candidates);
        Stored batch = batches.get(index);
        List<SimRecord> kept = new ArrayList<>(batch.records);
        int taken = dice.between(0, kept.size());
        for (int i = 0; i < taken; i++) {
            SimRecord gone = kept.remove(dice.between(0, kept.size() - 1));
            if (gone.state == State.VISIBLE) {
                gone.state = State.COMPACTED;
            }
        }
        int batchEpoch = batch.records.get(0).epoch;
        if (kept.isEmpty() && dice.chance(0.5) && index < batches.size() - 1) {
            batches.remove(index);
        } else {
            byte[] bytes = kept.isEmpty() ? emptied(batch, batchEpoch) : rewritten(batch, kept, batchEpoch, dice);
            batches.set(index, new Stored(batch.baseOffset, batch.lastOffset, bytes, kept, true));
        }
        return true;
    }

    private static byte[] emptied(Stored batch, int epoch) {
        ByteBuffer bytes = ByteBuffer.allocate(61);
        long producer = producerIdOf(batch);
        DefaultRecordBatch.writeEmptyHeader(
                bytes,
                (byte) 2,
                producer,
                (short) (producer < 0 ? -1 : 4),
                producer < 0 ? -1 : 0,
                batch.baseOffset,
                batch.lastOffset,
                epoch,
                TimestampType.CREATE_TIME,
                99,
                producer >= 0,
                false);
        return bytes.array();
    }

    private static byte[] rewritten(Stored batch, List<SimRecord> kept, int epoch, Dice dice) {
        long producer = producerIdOf(batch);
        Form form = new Form(Compression.NONE, false, producer);
        byte[] bytes = encode(kept, form, batch.baseOffset, dice.chance(0.3) ? 1_800_000_000_000L : -1, epoch);
        // The builder ends a batch with its last record, a cleaner keeps the end that it had.
        ByteBuffer header = ByteBuffer.wrap(bytes);
        header.putInt(23, (int) (batch.lastOffset - batch.baseOffset));
        header.putInt(17, (int) org.apache.kafka.common.utils.Crc32C.compute(header, 21, bytes.length - 21));
        return bytes;
    }

    /** Retention, or an operator, deletes what is below the offset; perhaps in the middle of a batch. */
    void expire(long newStart) {
        start = newStart;
        batches.removeIf(batch -> batch.lastOffset < newStart);
        for (SimRecord record : records) {
            if (record.offset < newStart && record.state == State.VISIBLE) {
                record.state = State.EXPIRED;
            }
        }
    }

    /** An unclean election: what is at and above the offset of a batch is gone, and the new leader goes on from there. */
    void truncate(int batchesLost, int node) {
        for (int i = 0; i < batchesLost; i++) {
            Stored gone = batches.remove(batches.size() - 1);
            end = gone.baseOffset;
        }
        records.stream()
                .filter(record -> record.offset >= end && !record.deleted)
                .forEach(record -> record.state = State.TRUNCATED); // those that compaction had taken, too
        epochStarts.values().removeIf(from -> from >= end);
        leader = node;
        epochStarts.put(++epoch, end);
    }

    /** The topic is deleted and created again: a log that begins at 0, in epochs of its own. */
    void recreate(int node) {
        recreations++;
        records.forEach(record -> record.deleted = true);
        batches.clear();
        aborted.clear();
        openTransactions.clear();
        epochStarts.clear();
        start = 0;
        end = 0;
        epoch = 0;
        leader = node;
        epochStarts.put(epoch, end);
    }

    boolean wasRecreated() {
        return recreations > 0;
    }

    /** Where a reader gets to: below the end if compaction and then an election took the last batches. */
    long readableEnd() {
        return batches.isEmpty() ? start : Math.max(start, batches.get(batches.size() - 1).lastOffset + 1);
    }

    /** The epoch of what comes before an offset, -1 if nothing does. */
    int epochBefore(long offset) {
        int found = -1;
        for (Map.Entry<Integer, Long> from : epochStarts.entrySet()) {
            found = from.getValue() < offset ? from.getKey() : found;
        }
        return found;
    }

    /** How many batches at the end could be lost: those that have nothing to do with transactions. */
    int looseBatches() {
        int loose = 0;
        while (loose < batches.size() - 1) {
            Stored batch = batches.get(batches.size() - 1 - loose);
            if (batch.records.isEmpty() || producerIdOf(batch) >= 0) {
                break;
            }
            loose++;
        }
        return openTransactions.isEmpty() ? loose : 0;
    }

    @Override
    public EpochEnd endOf(int wanted) {
        Map.Entry<Integer, Long> floor = epochStarts.floorEntry(wanted);
        if (floor == null) {
            return new EpochEnd(-1, start);
        }
        Map.Entry<Integer, Long> next = epochStarts.higherEntry(floor.getKey());
        return new EpochEnd(floor.getKey(), next == null ? end : next.getValue());
    }

    record EpochEnd(int epoch, long offset) {}

    @Override
    public byte[] read(long offset, long below, int maxBytes, boolean partial) {
        return StoredBatch.read(batches, offset, below, maxBytes, partial);
    }

    @Override
    public List<AbortedRun> abortedFrom(long offset, long below) {
        return aborted.stream()
                .filter(run -> run.markerOffset >= offset && run.firstOffset < below)
                .toList();
    }
}
