package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.batch.TargetTraits;
import io.tain.batch.TargetTraits.Handling;
import io.tain.link.TakeoverDesk.Origin;
import io.tain.link.TakeoverDesk.Request;
import io.tain.link.TakeoverStart.Log;
import io.tain.offset.MapView;
import io.tain.offset.OffsetMap;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.StoredChunk;
import io.tain.offset.TopicIds;
import io.tain.state.Checkpoint;
import io.tain.state.Checkpoint.Phase;
import io.tain.state.Checkpoint.Producer;
import io.tain.state.StateKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class TakeoverStartTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final TopicIds IDS = new TopicIds(Uuid.randomUuid(), Uuid.randomUuid());
    private static final Producer WRITER = new Producer(7, (short) 3);
    private static final TargetTraits TRAITS =
            new TargetTraits(TimestampType.CREATE_TIME, 1 << 20, Optional.empty(), Handling.NONE);

    private static Checkpoint checkpoint(long source, long target, Phase phase) {
        return new Checkpoint(source, 4, target, IDS.source(), IDS.target(), List.of(WRITER), phase, 0);
    }

    /** The source's records from 100 on are on the target from 10 on, up to here. */
    private static MapView map(long source) {
        OffsetMap map = new OffsetMap(100);
        map.add(100, 10, source - 100);
        map.publish();
        return map.view();
    }

    private static TakeoverStart start(
            Origin origin, Position committed, Optional<Checkpoint> checkpoint, MapView map, Log target) {
        Map<StateKey, byte[]> state = new HashMap<>();
        for (int i = 0; i < map.chunks().size(); i++) {
            state.put(
                    new StateKey(StateKey.Kind.MAP, "l", T0, i),
                    new StoredChunk(IDS.source(), IDS.target(), map.chunks().get(i)).encode());
        }
        return TakeoverStart.of(
                new Request(T0, committed, origin, IDS, TRAITS), checkpoint, new TakeoverMaps(state), target);
    }

    private static TakeoverStart marked(Checkpoint checkpoint, MapView map, long end) {
        return start(Origin.MARKED, new Position(120, 4, 30), Optional.of(checkpoint), map, new Log(0, end));
    }

    @Test
    void shouldBeginToLookWhereTheMapEnds() {
        TakeoverStart start = marked(checkpoint(150, 60, Phase.COPYING), map(140), 70);

        assertThat(start.known()).isEqualTo(new Position(150, 4, 60));
        assertThat(start.walkFrom()).isEqualTo(new Position(140, -1, 50));
        assertThat(start.mayBeginLater()).isTrue();
        assertThat(start.fromCheckpoint().walkFrom()).isEqualTo(start.known());
        assertThat(start.producers()).containsExactly(WRITER);
        assertThat(start.repeats()).isEmpty();
    }

    /** What was passed by since, without being copied, is not gone through again, and the group's position does not go back. */
    @Test
    void shouldBeginAtTheCommitIfThatIsFurtherAtTheSamePlace() {
        TakeoverStart start = start(
                Origin.MARKED,
                new Position(155, 5, 60),
                Optional.of(checkpoint(150, 60, Phase.COPYING)),
                MapView.EMPTY,
                new Log(0, 70));

        assertThat(start.known()).isEqualTo(new Position(155, 5, 60));
        assertThat(start.producers()).containsExactly(WRITER);
    }

    /** Brokers take commits along when a topic is deleted, and the new one's first records would be passed over. */
    @Test
    void shouldNotGoOnInATopicThatMayBeAnother() {
        Checkpoint unknown =
                new Checkpoint(150, 4, 60, Uuid.ZERO_UUID, IDS.target(), List.of(WRITER), Phase.COPYING, 0);
        TopicIds nothing = new TopicIds(Uuid.ZERO_UUID, IDS.target());

        for (long beginning : new long[] {0, 150}) {
            TakeoverStart start = TakeoverStart.of(
                    new Request(T0, new Position(beginning, -1), Origin.NONE, nothing, TRAITS),
                    Optional.of(unknown),
                    new TakeoverMaps(Map.of()),
                    new Log(0, 70));

            assertThat(start.undecided().isPresent()).isEqualTo(beginning == 0);
        }
    }

    @Test
    void shouldBeginAtTheCheckpointWhereTheMapKnowsAllBelow() {
        for (MapView map : List.of(map(150), map(170), MapView.EMPTY)) {
            TakeoverStart start = marked(checkpoint(150, 60, Phase.COPYING), map, 70);

            assertThat(start.walkFrom()).isEqualTo(new Position(150, 4, 60));
        }
    }

    @Test
    void shouldBeginAtTheCheckpointWhereRetentionTookWhatTheMapLacks() {
        TakeoverStart start = start(
                Origin.MARKED,
                new Position(120, 4, 30),
                Optional.of(checkpoint(150, 60, Phase.COPYING)),
                map(140),
                new Log(55, 70));

        assertThat(start.walkFrom()).isEqualTo(new Position(150, 4, 60));
    }

    @Test
    void shouldTakeTheFartherOfCheckpointAndCommit() {
        TakeoverStart start = marked(checkpoint(110, 20, Phase.RELEASED), MapView.EMPTY, 30);

        assertThat(start.known()).isEqualTo(new Position(120, 4, 30));
        assertThat(start.letGo()).isFalse();
    }

    @Test
    void shouldGoOnBehindTheLastRecordThatTheTargetHasNotLost() {
        TakeoverStart start = marked(checkpoint(150, 60, Phase.RELEASED), map(150), 45);

        assertThat(start.undecided()).isEmpty();
        assertThat(start.isAfterLoss()).isTrue();
        assertThat(start.letGo()).as("it has to be looked at").isFalse();
        assertThat(start.walkFrom()).isEqualTo(new Position(134, -1, 44));
        assertThat(start.mayBeginLater()).isFalse();
    }

    @Test
    void shouldNotGuessWhatTheTargetHasLost() {
        for (MapView map : List.of(MapView.EMPTY, map(150))) {
            TakeoverStart start = marked(checkpoint(150, 60, Phase.COPYING), map, map.isEmpty() ? 45 : 10);

            assertThat(start.undecided().orElseThrow())
                    .contains("before the checkpoint's 60", "source offset 150", "has lost records", "does not tell");
        }
    }

    @Test
    void shouldHaltWhereRetentionTookWhatWasCopiedSince() {
        TakeoverStart start = start(
                Origin.MARKED,
                new Position(120, 4, 30),
                Optional.of(checkpoint(150, 60, Phase.COPYING)),
                map(140),
                new Log(65, 70));

        assertThat(start.undecided().orElseThrow()).contains("begins at offset 65", "60 (source offset 150)");
    }

    @Test
    void shouldCountFromTheCommitWithoutCheckpoint() {
        TakeoverStart start =
                start(Origin.MARKED, new Position(120, 4, 30), Optional.empty(), MapView.EMPTY, new Log(0, 45));

        assertThat(start.known()).isEqualTo(new Position(120, 4, 30));
        assertThat(start.afresh()).isFalse();
        assertThat(start.repeats().orElseThrow().cause()).isEqualTo(Repeats.Cause.NO_CHECKPOINT);
    }

    @Test
    void shouldTellThatAllMayBeThereTwiceWithoutCommit() {
        TakeoverStart start = start(Origin.NONE, new Position(3, -1), Optional.empty(), MapView.EMPTY, new Log(5, 45));
        EventLog events = new EventLog("l", () -> 0);
        start.repeats().orElseThrow().tell(events, T0, start.known(), 0, 0);

        assertThat(start.known()).isEqualTo(new Position(3, -1, 45));
        assertThat(start.afresh()).isTrue();
        assertThat(events.last()).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo(Event.Kind.STATE_LOST);
            assertThat(event.offsets()).contains(new Event.Offsets(3, 43));
            assertThat(event.text()).contains("offsets 5 to 45", "40 records may be copied again");
        });
    }

    @Test
    void shouldSayNothingOfAFirstStartOrAChosenPosition() {
        assertThat(start(Origin.NONE, new Position(0, -1), Optional.empty(), MapView.EMPTY, new Log(0, 0))
                        .repeats())
                .isEmpty();
        TakeoverStart chosen = start(
                Origin.CHOSEN,
                new Position(120, 4),
                Optional.of(checkpoint(150, 60, Phase.COPYING)),
                map(150),
                new Log(0, 70));
        assertThat(chosen.repeats()).isEmpty();
        assertThat(chosen.afresh()).isTrue();
        assertThat(chosen.known()).isEqualTo(new Position(120, 4, 70));
    }
}
