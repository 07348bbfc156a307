package io.tain.batch;

/** Where the fields of a batch are. The offset, the length and the magic byte have the same place in all three formats. */
final class BatchLayout {
    static final int BASE_OFFSET = 0;
    static final int LENGTH = 8;
    /** What the length field does not count: the offset and the length itself. */
    static final int LOG_OVERHEAD = 12;

    static final int MAGIC = 16;
    static final int HEADER_UP_TO_MAGIC = 17;

    static final int LEADER_EPOCH = 12;
    static final int CRC = 17;
    static final int ATTRIBUTES = 21;
    static final int LAST_OFFSET_DELTA = 23;
    static final int BASE_TIMESTAMP = 27;
    static final int MAX_TIMESTAMP = 35;
    static final int PRODUCER_ID = 43;
    static final int PRODUCER_EPOCH = 51;
    static final int BASE_SEQUENCE = 53;
    static final int COUNT = 57;
    static final int RECORDS = 61;

    /** Magic 0 and 1: the CRC covers everything from the magic byte on. */
    static final int LEGACY_CRC = 12;

    static final int LEGACY_ATTRIBUTES = 17;
    static final int LEGACY_V1_TIMESTAMP = 18;
    static final int LEGACY_V0_KEY = 18;
    static final int LEGACY_V1_KEY = 26;
    static final int LEGACY_V0_MIN_SIZE = 26;
    static final int LEGACY_V1_MIN_SIZE = 34;

    static final int CODEC_MASK = 0x07;
    static final int LOG_APPEND_TIME_BIT = 0x08;
    static final int TRANSACTIONAL_BIT = 0x10;
    static final int CONTROL_BIT = 0x20;
    static final int DELETE_HORIZON_BIT = 0x40;

    static final long NO_TIMESTAMP = -1;
    static final long NO_PRODUCER_ID = -1;
    static final short NO_PRODUCER_EPOCH = -1;
    static final int NO_SEQUENCE = -1;
    static final int NO_LEADER_EPOCH = -1;

    private BatchLayout() {}

    static int minimumSize(int magic) {
        return switch (magic) {
            case 0 -> LEGACY_V0_MIN_SIZE;
            case 1 -> LEGACY_V1_MIN_SIZE;
            case 2 -> RECORDS;
            default -> throw new InvalidBatchException("Unknown magic " + magic + ", expected 0, 1 or 2");
        };
    }
}
