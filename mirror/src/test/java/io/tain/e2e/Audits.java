package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.AuditReport;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.PartitionAudit;

/** Compares record by record what a test leaves on both sides. */
final class Audits {
    private Audits() {}

    /** All of the source is on the target, once and in order, and nothing else. */
    static void assertExactlyOnce(ClusterPair pair, String... topics) {
        AuditReport audit = pair.audit(topics);
        assertThat(audit.isExactlyOnce()).as(audit.toString()).isTrue();
    }

    /**
     * As {@link #assertExactlyOnce}, but for what a test is about.
     *
     * @param leftOut how many records of the source the target was not to have
     * @param gone how many records of the target the source has lost since
     */
    static void assertCopied(ClusterPair pair, String topic, long leftOut, long gone) {
        AuditReport audit = pair.audit(topic);
        assertThat(audit.partitions().stream()
                        .mapToLong(PartitionAudit::missing)
                        .sum())
                .as("left out: %s", audit)
                .isEqualTo(leftOut);
        assertThat(audit.partitions().stream()
                        .mapToLong(PartitionAudit::invented)
                        .sum())
                .as("gone from the source: %s", audit)
                .isEqualTo(gone);
        assertThat(audit.isOrdered()).as(audit.toString()).isTrue();
        assertThat(audit.duplicates()).as(audit.toString()).isZero();
    }
}
