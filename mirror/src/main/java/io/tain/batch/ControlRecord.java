package io.tain.batch;

import io.tain.config.Codec;

/** The key of the one record in a control batch: version (int16), type (int16). */
final class ControlRecord {
    static final int ABORT = 0;

    private static final int KEY_LENGTH = 4;

    /** Enough for the longest encoding of everything up to the end of the key, so that the copy below stays small. */
    private static final int PREFIX_LENGTH = 64;

    private ControlRecord() {}

    static int typeIn(RecordBatch batch) {
        if (batch.codecId() != Codec.NONE.id()) {
            throw new InvalidBatchException("Control batch at offset " + batch.baseOffset() + " is compressed");
        }
        byte[] prefix = new byte[Math.min(PREFIX_LENGTH, batch.sizeInBytes() - BatchLayout.RECORDS)];
        batch.buffer().get(BatchLayout.RECORDS, prefix);
        ByteReader reader = new ByteReader(prefix, 0, prefix.length);
        reader.readVarint(); // length
        reader.readByte(); // attributes
        reader.readVarlong(); // timestamp delta
        reader.readVarint(); // offset delta
        int keyLength = reader.readVarint();
        if (keyLength < KEY_LENGTH) {
            throw new InvalidBatchException("Control record at offset " + batch.baseOffset() + " has a key of "
                    + keyLength + " bytes, expected at least " + KEY_LENGTH);
        }
        int version = reader.readShort();
        if (version < 0) {
            throw new InvalidBatchException(
                    "Control record at offset " + batch.baseOffset() + " has version " + version);
        }
        return reader.readShort();
    }
}
