package io.tain.batch;

import io.tain.config.Codec;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes batches anew where they can't be forwarded. Keys, values, headers, timestamps and the order of records stay what a
 * consumer of the source sees; nothing else of the old batch is kept.
 *
 * <p>Every method checks the checksum of what it reads, and fails with {@link InvalidBatchException} rather than guess. Owns
 * the memory it decompresses into, bounded by the limit given at construction, whatever the bytes claim, and a little native
 * memory that {@link #close} gives back; used by one thread.
 */
public final class Transcoder implements AutoCloseable {
    /** How much a pile of batches may decompress to before what is there is written out. */
    private static final int PILE_BYTES = 16 << 20;

    private final RecordTable table;
    private final BatchReader reader = new BatchReader();
    private final BatchWriter writer = new BatchWriter();

    /** @param maxDecompressedBytes how much memory the records of one batch may take, index included (24 bytes per record) */
    public Transcoder(int maxDecompressedBytes) {
        this.table = new RecordTable(maxDecompressedBytes);
    }

    /**
     * Writes a fetched batch of any format anew. The batches returned cover the source's offsets without a gap: the first
     * starts at the base offset or, if that is higher, at {@link TranscodeRule#fromOffset}, each next one where its
     * predecessor ends, and the last ends at the source's next offset. Nothing is returned if no record is left.
     */
    public List<EncodedBatch> transcode(RecordBatch source, TranscodeRule rule) {
        table.clear();
        reader.read(source, rule.fromOffset(), table);
        if (table.count() == 0) {
            return List.of();
        }
        // Without decompressing, an old batch only knows its last offset.
        long base = source.isOldFormat() ? table.offset(0) : source.baseOffset();
        Rows rows = new Rows(0, table.count(), Math.max(base, rule.fromOffset()), source.nextOffset());
        List<EncodedBatch> out = new ArrayList<>(1);
        writer.write(table, rows, rule.codec().orElseGet(source::codec), rule.maxBatchBytes(), out);
        return out;
    }

    /** Cuts a batch in two by the number of records, to search for the one that is refused. One record comes back alone. */
    public List<EncodedBatch> halve(EncodedBatch batch) {
        if (batch.count() == 1) {
            return List.of(batch);
        }
        Rows rows = readOnly(batch);
        int middle = rows.count() / 2;
        long middleOffset = table.offset(middle);
        Codec codec = codecOf(batch);
        return List.of(
                writer.write(table, new Rows(0, middle, rows.firstOffset(), middleOffset), codec),
                writer.write(table, new Rows(middle, rows.count(), middleOffset, rows.nextOffset()), codec));
    }

    /**
     * Joins consecutive batches for the target into as few as the size allows, normally one, with the codec of the first.
     * Where the source offsets have a gap between two batches, it counts as covered by what comes before it.
     */
    public List<EncodedBatch> coalesce(List<EncodedBatch> pile, int maxBatchBytes) {
        if (pile.size() <= 1) {
            return pile;
        }
        EncodedBatch first = pile.get(0);
        Joining joining = new Joining(codecOf(first), first.firstOffset(), maxBatchBytes);
        for (EncodedBatch batch : pile) {
            joining.begin(batch.firstOffset());
            reader.readAgain(batch, table);
            joining.nextOffset = batch.nextOffset();
        }
        return joining.end();
    }

    /**
     * As {@link #coalesce(List, int)} with batches as they were fetched, each of which could be forwarded. With many tiny ones it is what has
     * to be made for each of them that costs most: here that is nothing.
     */
    public List<EncodedBatch> join(List<RecordBatch> pile, int maxBatchBytes) {
        RecordBatch first = pile.get(0);
        Joining joining = new Joining(first.codec(), first.baseOffset(), maxBatchBytes);
        for (RecordBatch batch : pile) {
            joining.begin(batch.baseOffset());
            reader.read(batch, batch.baseOffset(), table);
            joining.nextOffset = batch.nextOffset();
        }
        return joining.end();
    }

    /** Batches become one, but for what does not fit into the memory for them. */
    private final class Joining {
        private final Codec codec;
        private final int maxBatchBytes;
        private final List<EncodedBatch> out = new ArrayList<>(1);
        private long firstOffset;
        private long nextOffset;

        Joining(Codec codec, long firstOffset, int maxBatchBytes) {
            this.codec = codec;
            this.maxBatchBytes = maxBatchBytes;
            this.firstOffset = firstOffset;
            this.nextOffset = firstOffset;
            table.clear();
        }

        /** The batch that begins there is read next. */
        void begin(long offset) {
            if (offset < nextOffset) {
                throw new IllegalArgumentException("Batches overlap or are out of order: one from offset " + offset
                        + " on comes after offset " + (nextOffset - 1));
            }
            if (table.data().size() > PILE_BYTES) {
                write(offset);
                table.clear();
                firstOffset = offset;
            }
        }

        List<EncodedBatch> end() {
            write(nextOffset);
            return out;
        }

        private void write(long until) {
            writer.write(table, new Rows(0, table.count(), firstOffset, until), codec, maxBatchBytes, out);
        }
    }

    @Override
    public void close() {
        reader.close();
    }

    private Rows readOnly(EncodedBatch batch) {
        table.clear();
        reader.readAgain(batch, table);
        return new Rows(0, table.count(), batch.firstOffset(), batch.nextOffset());
    }

    private static Codec codecOf(EncodedBatch batch) {
        return RecordBatch.of(batch.bytes()).codec();
    }
}
