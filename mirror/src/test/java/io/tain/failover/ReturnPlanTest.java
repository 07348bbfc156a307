package io.tain.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.failover.ReturnPlan.Back;
import io.tain.failover.ReturnPlan.Ended;
import io.tain.failover.ReturnPlan.Verdict;
import io.tain.state.Checkpoint;
import io.tain.state.Checkpoint.Phase;
import io.tain.state.Checkpoint.Producer;
import io.tain.verify.TailCheck;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class ReturnPlanTest {
    private static final TopicPartition ONE = new TopicPartition("orders", 0);
    private static final TopicPartition TWO = new TopicPartition("orders", 1);
    private static final Uuid HERE = Uuid.randomUuid();
    private static final Uuid THERE = Uuid.randomUuid();
    private static final long NOW = 5;

    private static final Checkpoint FORWARD =
            new Checkpoint(70, 3, 100, HERE, THERE, List.of(new Producer(8, (short) 0)), Phase.RELEASED, 1);

    private static Checkpoint back(long source, Uuid sourceTopic) {
        return new Checkpoint(source, 2, 60, sourceTopic, HERE, List.of(new Producer(9, (short) 4)), Phase.COPYING, 1);
    }

    private static Ended ended(Optional<Checkpoint> back) {
        return new Ended(FORWARD, new TailCheck.End(70, 100), back, 75);
    }

    @Test
    void shouldBeginAtTheTargetOffsetAndWriteBehindAllThatIsThere() {
        ReturnPlan plan = ReturnPlan.of(Map.of(ONE, ended(Optional.empty())), Back.MAY_RUN, NOW);

        assertThat(plan.verdict()).isEqualTo(Verdict.WRITE);
        assertThat(plan.checkpoints())
                .containsEntry(ONE, new Checkpoint(100, -1, 75, THERE, HERE, List.of(), Phase.RELEASED, NOW));
    }

    @Test
    void shouldKeepProducersSoThatAnOrderlyTakeOverNeedsNoFence() {
        ReturnPlan plan = ReturnPlan.of(Map.of(ONE, ended(Optional.of(back(40, THERE)))), Back.FAILED_OVER, NOW);

        assertThat(plan.verdict()).isEqualTo(Verdict.WRITE);
        assertThat(plan.checkpoints().get(ONE).producers()).containsExactly(new Producer(9, (short) 4));
    }

    @Test
    void shouldWriteOnceMoreWhatAKilledCommandHasWritten() {
        ReturnPlan plan = ReturnPlan.of(
                Map.of(ONE, ended(Optional.of(back(100, THERE))), TWO, ended(Optional.empty())), Back.FAILED_OVER, NOW);

        assertThat(plan.verdict()).isEqualTo(Verdict.WRITE);
        assertThat(plan.checkpoints()).containsOnlyKeys(ONE, TWO);
    }

    @Test
    void shouldNotPutALinkBackThatHasCopiedFromThereOn() {
        for (Back state : Back.values()) {
            ReturnPlan plan = ReturnPlan.of(
                    Map.of(ONE, ended(Optional.of(back(101, THERE))), TWO, ended(Optional.of(back(100, THERE)))),
                    state,
                    NOW);

            assertThat(plan.verdict()).isEqualTo(Verdict.DONE);
            assertThat(plan.why()).containsExactly(ONE);
        }
        assertThat(ReturnPlan.of(Map.of(ONE, ended(Optional.of(back(100, THERE)))), Back.MAY_RUN, NOW)
                        .verdict())
                .as("it may run already, and write behind more than it was given")
                .isEqualTo(Verdict.DONE);
    }

    @Test
    void shouldNotLeaveOutWhatALinkWithAPlaceOfItsOwnHasNotCopied() {
        ReturnPlan plan = ReturnPlan.of(Map.of(ONE, ended(Optional.of(back(40, THERE)))), Back.MAY_RUN, NOW);

        assertThat(plan.verdict()).isEqualTo(Verdict.OWN_PLACES);
        assertThat(plan.why()).containsExactly(ONE);
    }

    @Test
    void shouldNotHeedPlacesInTopicsThatAreGone() {
        Ended other = ended(Optional.of(back(400, Uuid.randomUuid())));

        assertThat(ReturnPlan.of(Map.of(ONE, other), Back.MAY_RUN, NOW).verdict())
                .isEqualTo(Verdict.WRITE);
    }
}
