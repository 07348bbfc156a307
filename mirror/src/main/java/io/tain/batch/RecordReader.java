package io.tain.batch;

/** Reads the records of a batch of magic 2, checking all lengths so that the rest of each can be copied blindly. */
final class RecordReader {
    /**
     * Which offsets the records have, and which are wanted.
     *
     * @param base what the records' offset deltas are relative to
     * @param from records below it are left out
     */
    record Offsets(long base, long from) {}

    private RecordReader() {}

    static void read(RecordBatch batch, Decompressor decompressor, Offsets offsets, RecordTable into) {
        int count = batch.count();
        int lastOffsetDelta = batch.lastOffsetDelta();
        if (count < 0 || lastOffsetDelta < 0) {
            throw new InvalidBatchException(
                    "impossible record count " + count + " or last offset delta " + lastOffsetDelta);
        }
        if (count == 0) {
            return;
        }
        int start = into.data().size();
        decompressor.decompressRecords(batch, into.data());

        // Nothing is written to the table's bytes while they are parsed, so the array stays the same.
        ByteReader reader =
                new ByteReader(into.data().array(), start, into.data().size());
        boolean logAppendTime = batch.isLogAppendTime();
        long previousDelta = -1;
        for (int i = 0; i < count; i++) {
            int length = reader.readVarint();
            int end = reader.position() + length;
            if (length < 0 || length > reader.remaining()) {
                throw new InvalidBatchException(
                        "record " + i + " has length " + length + ", but " + reader.remaining() + " bytes are left");
            }
            reader.readByte(); // attributes, of which none is in use
            long timestampDelta = reader.readVarlong();
            int offsetDelta = reader.readVarint();
            if (offsetDelta <= previousDelta || offsetDelta > lastOffsetDelta) {
                throw new InvalidBatchException("record " + i + " has offset delta " + offsetDelta + " after "
                        + previousDelta + ", the last should be " + lastOffsetDelta);
            }
            previousDelta = offsetDelta;
            int rest = reader.position();
            skipRest(reader);
            if (reader.position() != end) {
                throw new InvalidBatchException(
                        "record " + i + " is " + (reader.position() - end) + " bytes longer than its length says");
            }
            long offset = offsets.base() + offsetDelta;
            if (offset >= offsets.from()) {
                long timestamp = logAppendTime ? batch.maxTimestamp() : batch.baseTimestamp() + timestampDelta;
                into.add(offset, timestamp, rest, end);
            }
        }
        if (reader.remaining() > 0) {
            throw new InvalidBatchException(reader.remaining() + " bytes follow the last of " + count + " records");
        }
    }

    private static void skipRest(ByteReader reader) {
        reader.skip(reader.readVarint()); // key
        reader.skip(reader.readVarint()); // value
        int headers = reader.readVarint();
        if (headers < 0 || headers > reader.remaining()) {
            throw new InvalidBatchException("impossible number of headers " + headers);
        }
        for (int i = 0; i < headers; i++) {
            int keyLength = reader.readVarint();
            if (keyLength < 0) {
                throw new InvalidBatchException("header key of length " + keyLength);
            }
            reader.skip(keyLength);
            reader.skip(reader.readVarint());
        }
    }
}
