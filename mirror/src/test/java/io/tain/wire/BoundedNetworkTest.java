package io.tain.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.testkit.Await;
import java.time.Duration;
import java.util.Map;
import javax.net.ServerSocketFactory;
import org.apache.kafka.common.IsolationLevel;
import org.junit.jupiter.api.Test;

/** A broker may claim any length for its answer; memory is not given for more than a limit. */
class BoundedNetworkTest {
    private static final FetchListener DEAF = new FetchListener() {
        @Override
        public void onAnswer(int nodeId, int bytes, Runnable giveBack) {}

        @Override
        public void onPartition(FetchedPartition fetched) {}

        @Override
        public void onFetchEnded(FetchEnd end) {}
    };

    @Test
    void shouldHangUpOnABrokerThatClaimsAnEndlessAnswer() throws Exception {
        try (EndlessBroker broker = new EndlessBroker(ServerSocketFactory.getDefault())) {
            Map<String, Object> settings = Map.of("bootstrap.servers", broker.address());
            FetchClient.Terms terms = new FetchClient.Terms(IsolationLevel.READ_COMMITTED, 1, 0, "");

            try (FetchClient client = FetchClient.connect(settings, "test", terms, DEAF, cluster -> {})) {
                client.watch("any");

                // then the connection is closed, and no such memory was asked for, which would have failed
                Await.until("the client hangs up", Duration.ofSeconds(60), () -> {
                    client.poll(10, System.currentTimeMillis());
                    return broker.isLeft();
                });
                broker.assertLeft();
            }
        }
    }

    @Test
    void shouldAllowWhatIsAskedForAndTheLargestBatchThatTheHeapCanTake() {
        assertThat(BoundedNetwork.limit(1, 4L << 30)).isBetween(100 << 20, 110 << 20);
        assertThat(BoundedNetwork.limit(1, 256 << 20)).isBetween(64 << 20, 66 << 20);
        assertThat(BoundedNetwork.limit(500 << 20, 256 << 20)).isBetween(500 << 20, 510 << 20);
        assertThat(BoundedNetwork.limit(Integer.MAX_VALUE, 256 << 20)).isEqualTo(Integer.MAX_VALUE);
        assertThat(BoundedNetwork.limitWithoutBatches(256 << 20)).isBetween(32 << 20, 34 << 20);
        assertThat(BoundedNetwork.limitWithoutBatches(64L << 30)).isBetween(100 << 20, 110 << 20);
    }
}
