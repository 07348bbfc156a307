package io.tain.cli;

/** What the process tells its starter. */
final class ExitStatus {
    static final int OK = 0;
    static final int FAILURE = 1;
    static final int USAGE = 2;
    static final int CONFIGURATION = 3;
    /** The source is unreachable or does not let us in. */
    static final int SOURCE = 4;
    /** The target is unreachable or does not let us in. */
    static final int TARGET = 5;
    /** Partitions were halted for the safety of their data. */
    static final int HALTED = 6;
    /** Source and target were compared and differ. */
    static final int DIFFERENT = 7;
    /** A lag is over the limit that was asked about. */
    static final int OVER_LIMIT = 8;

    /** MirrorMaker's status for everything wrong before records flow. */
    static final int MIRROR_MAKER_START = 1;
    /** MirrorMaker's status for everything wrong afterwards. */
    static final int MIRROR_MAKER_ABNORMAL = 255;

    private static final int SIGNAL_BASE = 128;

    private ExitStatus() {}

    static int ofSignal(int number) {
        return SIGNAL_BASE + number;
    }
}
