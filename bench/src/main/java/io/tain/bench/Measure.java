package io.tain.bench;

import java.util.Locale;

/** What is measured, in the units it is kept in. */
enum Measure {
    RECORDS_PER_SECOND("records/s", 0, Better.HIGHER),
    MB_PER_SECOND("MB/s", 0, Better.HIGHER),
    /** CPU seconds of the process from its start on, for each GB (10^9 bytes) of keys and values. */
    CPU_PER_GB("CPU s/GB", 2, Better.LOWER),
    /** The same from the first record on the target on. */
    RUNNING_CPU_PER_GB("after start", 2, Better.LOWER),
    PEAK_MIB("peak MiB", 0, Better.LOWER),
    FIRST_RECORD_SECONDS("first record s", 2, Better.LOWER),
    P50_MS("p50 ms", 2, Better.LOWER),
    P99_MS("p99 ms", 2, Better.LOWER),
    P999_MS("p99.9 ms", 2, Better.LOWER),
    /** From process start until a record of every partition is on the target. */
    ALL_PARTITIONS_SECONDS("all copied s", 2, Better.LOWER),
    /** From process start until the group has a position for every partition. */
    POSITIONS_SECONDS("all positions s", 2, Better.LOWER),
    IDLE_CPU_PERCENT("idle CPU %", 2, Better.LOWER),
    /** From process start to its end. */
    VERIFY_SECONDS("compared s", 2, Better.LOWER);

    /** Which of two values is the better one. */
    enum Better {
        HIGHER,
        LOWER
    }

    private final String label;
    private final int decimals;
    private final Better better;

    Measure(String label, int decimals, Better better) {
        this.label = label;
        this.decimals = decimals;
        this.better = better;
    }

    String label() {
        return label;
    }

    Better better() {
        return better;
    }

    String format(double value) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
