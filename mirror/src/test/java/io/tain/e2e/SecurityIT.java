package io.tain.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.AuditReport;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Security;
import io.tain.testkit.Workload;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The four security protocols, and several streams and writers, as MirrorMaker's own system tests had them. */
class SecurityIT {
    private static final int PARTITIONS = 6;
    private static final int RECORDS = 3_000;

    @ParameterizedTest
    @EnumSource(Security.class)
    void shouldMirrorWithSeveralStreamsAndWriters(Security protocol) throws Exception {
        try (ClusterPair pair = ClusterPair.start(cluster -> cluster.security(protocol))) {
            pair.source().createTopic("secured", PARTITIONS);
            try (Workload workload = Workload.to(pair.source().clientProperties(), "secured", PARTITIONS)
                    .producer("compression.type", "zstd")
                    .open()) {
                assertThat(workload.write(RECORDS).total()).isEqualTo(RECORDS);
            }

            try (RunningMirror mirror = MirrorFixture.between(pair)
                    .topics("secured")
                    .set("num.streams", 2)
                    .set("num.producers", 2)
                    .start()) {
                mirror.awaitCaughtUp("secured");
            }

            AuditReport report = pair.audit("secured");
            assertThat(report.sourceRecords()).isEqualTo(RECORDS);
            assertThat(report.isExactlyOnce()).as(report.toString()).isTrue();
        }
    }
}
