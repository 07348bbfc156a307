package io.tain.batch;

/**
 * Reads batches of every format into a {@link RecordTable}; the first place that looks past the header. Owns the
 * decompressor; used by one thread.
 */
final class BatchReader implements AutoCloseable {
    private final Decompressor decompressor = new Decompressor();

    /**
     * Adds the records of a fetched batch, those from {@code fromOffset} on.
     *
     * @throws InvalidBatchException naming the batch, if anything about it is inconsistent
     */
    void read(RecordBatch source, long fromOffset, RecordTable into) {
        try {
            source.requireValidChecksum();
            into.openBatch();
            if (source.isOldFormat()) {
                LegacyRecordReader.read(source, decompressor, fromOffset, into);
            } else {
                RecordReader.read(
                        source, decompressor, new RecordReader.Offsets(source.baseOffset(), fromOffset), into);
            }
        } catch (InvalidBatchException e) {
            throw new InvalidBatchException(source + ": " + e.getMessage(), e);
        }
    }

    /** Adds the records of a batch that was made or patched for the target, with the source offsets it came with. */
    void readAgain(EncodedBatch batch, RecordTable into) {
        RecordBatch bytes = RecordBatch.of(batch.bytes());
        int firstRow = into.count();
        try {
            bytes.requireValidChecksum();
            into.openBatch();
            long base = batch.source().isDense() ? batch.firstOffset() : 0;
            RecordReader.read(bytes, decompressor, new RecordReader.Offsets(base, base), into);
            if (into.count() - firstRow != batch.count()) {
                throw new InvalidBatchException(
                        "holds " + (into.count() - firstRow) + " records, not " + batch.count());
            }
        } catch (InvalidBatchException e) {
            throw new InvalidBatchException(
                    "Batch for the target of source offsets from " + batch.firstOffset() + ": " + e.getMessage(), e);
        }
        for (int i = 0; i < batch.count() && !batch.source().isDense(); i++) {
            into.setOffset(firstRow + i, batch.source().ofRecord(i));
        }
    }

    @Override
    public void close() {
        decompressor.close();
    }
}
