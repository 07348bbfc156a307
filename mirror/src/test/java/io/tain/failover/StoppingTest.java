package io.tain.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.config.Delivery;
import io.tain.failover.FailoverTerms.Processes;
import io.tain.failover.Stopping.Left;
import io.tain.failover.Stopping.Left.Group;
import io.tain.failover.Stopping.Verdict;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoppingTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    private static Left left(Group group, int held) {
        return new Left(held == 0 ? List.of() : List.of(PARTITION), group);
    }

    @ParameterizedTest
    @CsvSource({
        "EXACTLY_ONCE, EMPTY, 0, UNKNOWN, STOPPED",
        "EXACTLY_ONCE, MEMBERS, 0, UNKNOWN, STOPPED",
        "EXACTLY_ONCE, EMPTY, 1, UNKNOWN, FENCE",
        "EXACTLY_ONCE, MEMBERS, 1, ENDED, FENCE",
        "EXACTLY_ONCE, UNKNOWN, 1, ENDED, FENCE",
        "AT_LEAST_ONCE, EMPTY, 0, UNKNOWN, STOPPED",
        "AT_LEAST_ONCE, EMPTY, 1, UNKNOWN, STOPPED",
        "AT_LEAST_ONCE, MEMBERS, 0, UNKNOWN, REFUSE",
        "AT_LEAST_ONCE, MEMBERS, 1, ENDED, STOPPED",
        "AT_LEAST_ONCE, UNKNOWN, 0, UNKNOWN, STOPPED",
        "AT_LEAST_ONCE, UNKNOWN, 1, UNKNOWN, REFUSE",
        "AT_LEAST_ONCE, UNKNOWN, 1, ENDED, STOPPED",
    })
    void shouldShutOutWhoMayStillWriteOrRefuse(
            Delivery delivery, Group group, int held, Processes processes, Verdict expected) {
        assertThat(Stopping.verdict(left(group, held), delivery, processes)).isEqualTo(expected);
    }

    @Test
    void shouldWaitWhileSomebodyMayLetGo() {
        for (Delivery delivery : Delivery.values()) {
            assertThat(left(Group.MEMBERS, 1).isOver(delivery)).isFalse();
            assertThat(left(Group.UNKNOWN, 1).isOver(delivery)).isFalse();
            assertThat(left(Group.EMPTY, 1).isOver(delivery))
                    .as("nobody is there to let go")
                    .isTrue();
            assertThat(left(Group.UNKNOWN, 0).isOver(delivery)).isTrue();
        }
        assertThat(left(Group.MEMBERS, 0).isOver(Delivery.EXACTLY_ONCE)).isTrue();
        assertThat(left(Group.MEMBERS, 0).isOver(Delivery.AT_LEAST_ONCE))
                .as("a member may copy without a checkpoint")
                .isFalse();
    }
}
