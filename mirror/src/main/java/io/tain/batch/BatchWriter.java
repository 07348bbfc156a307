package io.tain.batch;

import io.tain.config.Codec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes rows of a {@link RecordTable} as batches of magic 2 that a broker takes from a client as they are: base offset 0,
 * dense offset deltas, create time, no producer. Owns the memory it works in; used by one thread.
 */
final class BatchWriter {
    /** Pieces of a batch compress a little worse than the whole. */
    private static final double PIECE_SURPLUS = 1.1;

    private final GrowingBytes records = new GrowingBytes();
    private final GrowingBytes batch = new GrowingBytes();

    /** Adds the rows to {@code out} as one batch if that is small enough, else as several, in order, of about equal size. */
    void write(RecordTable table, Rows rows, Codec codec, int maxBatchBytes, List<EncodedBatch> out) {
        EncodedBatch whole = write(table, rows, codec);
        if (whole.sizeInBytes() <= maxBatchBytes || rows.count() == 1) {
            out.add(whole);
            return;
        }
        int pieces = (int) Math.max(2, Math.ceil(PIECE_SURPLUS * whole.sizeInBytes() / maxBatchBytes));
        long total = 0;
        for (int row = rows.from(); row < rows.to(); row++) {
            total += table.restLength(row);
        }
        int from = rows.from();
        long firstOffset = rows.firstOffset();
        long sum = 0;
        for (int row = rows.from(); row < rows.to() - 1; row++) {
            long before = sum;
            sum += table.restLength(row);
            boolean crossesCut = before * pieces / total != sum * pieces / total;
            // Even if the last row outweighs all others there have to be two pieces, or this would never end.
            boolean lastChance = from == rows.from() && row == rows.to() - 2;
            if (crossesCut || lastChance) {
                long nextOffset = table.offset(row + 1);
                write(table, new Rows(from, row + 1, firstOffset, nextOffset), codec, maxBatchBytes, out);
                from = row + 1;
                firstOffset = nextOffset;
            }
        }
        write(table, new Rows(from, rows.to(), firstOffset, rows.nextOffset()), codec, maxBatchBytes, out);
    }

    /** The rows as one batch, however large it gets. */
    EncodedBatch write(RecordTable table, Rows rows, Codec codec) {
        batch.clear();
        batch.reserve(BatchLayout.RECORDS);
        batch.advance(BatchLayout.RECORDS);
        long maxTimestamp;
        if (codec == Codec.NONE) {
            maxTimestamp = writeRecords(table, rows, batch);
        } else {
            records.clear();
            maxTimestamp = writeRecords(table, rows, records);
            Compressor.compress(codec, new Slice(records.array(), 0, records.size()), batch);
        }
        byte[] bytes = Arrays.copyOf(batch.array(), batch.size());
        records.giveBack();
        batch.giveBack();
        ByteBuffer header = ByteBuffer.wrap(bytes);
        header.putInt(BatchLayout.LENGTH, bytes.length - BatchLayout.LOG_OVERHEAD);
        header.putInt(BatchLayout.LEADER_EPOCH, BatchLayout.NO_LEADER_EPOCH);
        header.put(BatchLayout.MAGIC, (byte) 2);
        header.putShort(BatchLayout.ATTRIBUTES, (short) codec.id());
        header.putInt(BatchLayout.LAST_OFFSET_DELTA, rows.count() - 1);
        header.putLong(BatchLayout.BASE_TIMESTAMP, table.timestamp(rows.from()));
        header.putLong(BatchLayout.MAX_TIMESTAMP, maxTimestamp);
        header.putLong(BatchLayout.PRODUCER_ID, BatchLayout.NO_PRODUCER_ID);
        header.putShort(BatchLayout.PRODUCER_EPOCH, BatchLayout.NO_PRODUCER_EPOCH);
        header.putInt(BatchLayout.BASE_SEQUENCE, BatchLayout.NO_SEQUENCE);
        header.putInt(BatchLayout.COUNT, rows.count());
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, BatchLayout.ATTRIBUTES, bytes.length - BatchLayout.ATTRIBUTES);
        header.putInt(BatchLayout.CRC, (int) checksum.getValue());
        return new EncodedBatch(header, rows.count(), SourceOffsets.of(table, rows));
    }

    private static long writeRecords(RecordTable table, Rows rows, GrowingBytes out) {
        long baseTimestamp = table.timestamp(rows.from());
        long maxTimestamp = BatchLayout.NO_TIMESTAMP;
        // At once, for much memory is taken while an array doubles again and again.
        out.reserve(table.start(rows.to() - 1) + table.restLength(rows.to() - 1) - table.start(rows.from()));
        for (int row = rows.from(); row < rows.to(); row++) {
            long timestamp = table.timestamp(row);
            maxTimestamp = Math.max(maxTimestamp, timestamp);
            long timestampDelta = timestamp - baseTimestamp;
            int offsetDelta = row - rows.from();
            int restLength = table.restLength(row);
            int length = 1
                    + GrowingBytes.sizeOfVarlong(timestampDelta)
                    + GrowingBytes.sizeOfVarlong(offsetDelta)
                    + restLength;
            // Room for all of it is made once, and not for every byte.
            out.reserve(GrowingBytes.MAX_VARINT_BYTES + length);
            byte[] array = out.array();
            int at = GrowingBytes.putVarlong(array, out.size(), length);
            array[at++] = 0; // attributes, of which none is in use
            at = GrowingBytes.putVarlong(array, at, timestampDelta);
            at = GrowingBytes.putVarlong(array, at, offsetDelta);
            System.arraycopy(table.data().array(), table.start(row), array, at, restLength);
            out.advance(at + restLength - out.size());
        }
        return maxTimestamp;
    }
}
