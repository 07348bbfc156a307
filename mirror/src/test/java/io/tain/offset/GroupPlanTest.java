package io.tain.offset;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.config.GroupSync.Rewinds;
import io.tain.offset.GroupPlan.Place;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class GroupPlanTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    /** Source 100 to 199 at target 50 to 149. */
    private static MapView view() {
        OffsetMap map = new OffsetMap(100);
        map.add(100, 50, 100);
        map.publish();
        return map.view();
    }

    private static GroupPlan plan(OffsetAndMetadata source, OffsetAndMetadata target, Place place, Rewinds rewinds) {
        Map<TopicPartition, OffsetAndMetadata> onTarget = new HashMap<>();
        onTarget.put(PARTITION, target);
        return GroupPlan.of(Map.of(PARTITION, source), onTarget, Map.of(PARTITION, place), rewinds);
    }

    private static GroupPlan plan(long source, long start, long end) {
        return plan(new OffsetAndMetadata(source, "m"), null, new Place(view(), start, end), Rewinds.STAY);
    }

    @Test
    void shouldTranslateAndCarryTheMetadata() {
        assertThat(plan(120, 0, 150).commits()).containsOnly(Map.entry(PARTITION, new OffsetAndMetadata(70, "m")));
    }

    @Test
    void shouldClampToTheTargetsLog() {
        assertThat(plan(120, 90, 150).commits().get(PARTITION).offset()).isEqualTo(90);
        assertThat(plan(190, 0, 110).commits().get(PARTITION).offset()).isEqualTo(110);
    }

    @Test
    void shouldPutAGroupThatIsAheadAtTheEndOfTheCopy() {
        GroupPlan plan = plan(250, 0, 150);

        assertThat(plan.commits().get(PARTITION).offset()).isEqualTo(150);
        assertThat(plan.ahead()).isEqualTo(1);
    }

    /** Else it would count as carried, and not be looked at again before it moves. */
    @Test
    void shouldSayThatAGroupIsAheadOfACopyThatIsAboutToBegin() {
        for (long from : new long[] {0, 40}) {
            OffsetMap map = new OffsetMap(from);
            map.publish();
            GroupPlan plan = plan(new OffsetAndMetadata(40), null, new Place(map.view(), 0, 0), Rewinds.STAY);

            assertThat(plan.commits().get(PARTITION).offset()).isZero();
            assertThat(plan.ahead()).isEqualTo(from == 0 ? 1 : 0);
        }
    }

    @Test
    void shouldNotGuess() {
        GroupPlan plan = plan(20, 0, 150);

        assertThat(plan.commits()).isEmpty();
        assertThat(plan.unknown()).containsExactly("orders-0@20");
        assertThat(plan(0, 0, 150).commits().get(PARTITION).offset())
                .as("the beginning is the beginning")
                .isZero();
        assertThat(plan(20, 7, 7).commits().get(PARTITION).offset())
                .as("nothing is there")
                .isEqualTo(7);
    }

    @Test
    void shouldGoBackOnlyWhenTold() {
        Place place = new Place(view(), 0, 150);
        OffsetAndMetadata source = new OffsetAndMetadata(120, "m");
        OffsetAndMetadata further = new OffsetAndMetadata(80, "m");

        assertThat(plan(source, further, place, Rewinds.STAY).commits()).isEmpty();
        assertThat(plan(source, further, place, Rewinds.FOLLOW)
                        .commits()
                        .get(PARTITION)
                        .offset())
                .isEqualTo(70);
    }

    @Test
    void shouldLeaveAloneWhatIsRightOrNotOurs() {
        Place place = new Place(view(), 0, 150);
        OffsetAndMetadata source = new OffsetAndMetadata(120, "m");

        assertThat(plan(source, new OffsetAndMetadata(70, "m"), place, Rewinds.FOLLOW)
                        .commits())
                .isEmpty();
        assertThat(plan(source, new OffsetAndMetadata(70, "old"), place, Rewinds.STAY)
                        .commits())
                .hasSize(1);
        GroupPlan others = GroupPlan.of(Map.of(PARTITION, source), Map.of(), Map.of(), Rewinds.STAY);
        assertThat(others.commits()).isEmpty();
        assertThat(others.partitions()).isZero();
    }
}
