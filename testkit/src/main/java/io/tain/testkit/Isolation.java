package io.tain.testkit;

import java.util.Locale;

/** What a reader is shown of transactions. */
public enum Isolation {
    READ_COMMITTED,
    READ_UNCOMMITTED;

    String property() {
        return name().toLowerCase(Locale.ROOT);
    }
}
