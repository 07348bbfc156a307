package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.link.LogWalk.Walker;
import io.tain.wire.FetchClient;
import io.tain.wire.FetchedPartition;
import io.tain.wire.ScriptedBrokers;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

class LogWalkTest implements Walker {
    private static final TopicPartition T0 = new TopicPartition("t", 0);

    private final ScriptedBrokers brokers = new ScriptedBrokers();
    private final List<String> troubles = new ArrayList<>();
    private final LogWalk walk = new LogWalk(
            answers -> brokers.fetchClient(new FetchClient.Terms(IsolationLevel.READ_UNCOMMITTED, 1, 0, ""), answers));
    private long nowMs = 1_000;

    @Override
    public TopicPartition partition() {
        return T0;
    }

    @Override
    public long position() {
        return 7;
    }

    @Override
    public boolean isDone() {
        return false;
    }

    @Override
    public void take(FetchedPartition fetched, long now) {}

    @Override
    public void onOutOfRange(FetchedPartition fetched) {}

    @Override
    public void onTrouble(String what) {
        troubles.add(what);
    }

    private void poll() {
        for (int i = 0; i < 4; i++) {
            nowMs += 10;
            walk.poll(0, nowMs);
        }
    }

    /** One bad broker must not end the thread that all take-overs have. */
    @Test
    void shouldGoOnTryingWhenABrokerTellsOfADivergenceUnasked() {
        brokers.lead(T0, 1);
        walk.add(this);
        poll();
        troubles.clear();

        brokers.answerDiverging(T0, 5);
        poll();
        assertThat(troubles).containsExactly("its leader tells of another history without having been asked");
        assertThat(brokers.isWaiting(ApiKeys.FETCH)).as("after a pause").isFalse();

        nowMs += 200;
        poll();
        assertThat(brokers.isWaiting(ApiKeys.FETCH)).isTrue();
    }
}
