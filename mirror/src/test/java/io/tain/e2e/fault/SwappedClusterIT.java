package io.tain.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.MirrorFixture;
import io.tain.e2e.RunningMirror;
import io.tain.link.Outcome;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.EmbeddedCluster;
import io.tain.testkit.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster's addresses lead to another one, while a mirror runs. */
final class SwappedClusterIT {
    private static final String TOPIC = "swapped";
    private static final int RECORDS = 100;

    @Test
    void shouldCopyNothingFromAnotherSource() throws Exception {
        try (ClusterPair clusters = ClusterPair.start();
                RunningMirror mirror = link(clusters).start()) {
            clusters.source().createTopic(TOPIC, 1);
            write(clusters.source());
            mirror.awaitCaughtUp(TOPIC);

            clusters.source().replace();
            clusters.source().createTopic(TOPIC, 1);
            write(clusters.source());

            Outcome end = mirror.awaitEnd();
            assertThat(end.kind()).isEqualTo(Outcome.Kind.FAILED);
            assertThat(end.cause().orElseThrow())
                    .contains("source " + clusters.source().bootstrapServers() + " is another cluster now")
                    .endsWith("is now " + clusters.source().clusterId());
            assertThat(new Observer(clusters.source(), clusters.target(), TOPIC).size(TOPIC))
                    .isEqualTo(RECORDS);
        }
    }

    @Test
    void shouldNotStartAgainIntoAnotherTarget(@TempDir Path folder) throws Exception {
        try (ClusterPair clusters = ClusterPair.start()) {
            Path file = Files.writeString(
                    folder.resolve("swapped.properties"),
                    link(clusters).set("restart.backoff", "500ms").text());
            Observer observer = new Observer(clusters.source(), clusters.target(), TOPIC);
            clusters.source().createTopic(TOPIC, 1);
            write(clusters.source());
            try (TainProcess mirror = TainProcess.tain("run", file.toString())) {
                observer.awaitLagZero(TOPIC);

                clusters.target().replace();
                clusters.target().createTopic(TOPIC, 1);
                write(clusters.source());

                mirror.awaitErr("than when this process started", Observer.PATIENCE);
                assertThat(mirror.err()).contains("is another cluster now");
                assertThat(observer.size(TOPIC)).isZero();
            }
        }
    }

    private static MirrorFixture link(ClusterPair clusters) {
        return MirrorFixture.between(clusters).topics(TOPIC).group(TOPIC);
    }

    private static void write(EmbeddedCluster source) {
        try (Workload load =
                Workload.to(source.directProperties(), TOPIC, 1).seed(RECORDS).open()) {
            load.write(RECORDS);
        }
    }
}
