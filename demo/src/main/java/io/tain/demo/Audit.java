package io.tain.demo;

import io.tain.testkit.AuditReport;
import io.tain.testkit.Auditor;
import io.tain.testkit.Cluster;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a reader of both clusters found, which knows nothing of the mirror.
 *
 * @param reports by topic
 */
record Audit(Map<DemoTopic, AuditReport> reports) {
    /** Reads all topics of both clusters. */
    static Audit of(Cluster source, Cluster target) {
        Map<DemoTopic, AuditReport> reports = new TreeMap<>();
        for (DemoTopic topic : DemoTopic.values()) {
            Auditor auditor = Auditor.between(source, target);
            if (topic.compacted()) {
                auditor.compacted();
            }
            reports.put(topic, auditor.audit(topic.topic()));
        }
        return new Audit(reports);
    }

    /** Whether every record arrived, in order and equal. */
    boolean passed() {
        return reports.values().stream().allMatch(AuditReport::isAtLeastOnce);
    }

    long duplicates() {
        return reports.values().stream().mapToLong(AuditReport::duplicates).sum();
    }

    long sourceRecords() {
        return reports.values().stream().mapToLong(AuditReport::sourceRecords).sum();
    }
}
