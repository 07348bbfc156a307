package io.tain.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.link.MoveOrder.Action;
import io.tain.link.MoveOrder.Where;
import io.tain.link.PartitionFlow.Phase;
import io.tain.link.TakeoverDesk.Job;
import io.tain.offset.OffsetTracker.Position;
import io.tain.offset.TopicIds;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class MoveOrderTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final MoveOrder ORDER =
            new MoveOrder(T0, Action.SEEK, Where.parse("5").orElseThrow());

    private final EventLog events = new EventLog("link", () -> 0);
    private final PartitionFlow flow = new PartitionFlow(T0);

    @Test
    void shouldReadPlaces() {
        assertThat(Where.parse("1200")).contains(new Where(Where.Kind.OFFSET, 1200));
        assertThat(Where.parse("earliest")).contains(new Where(Where.Kind.EARLIEST, 0));
        assertThat(Where.parse("latest")).contains(new Where(Where.Kind.LATEST, 0));
        assertThat(Where.parse("current")).contains(new Where(Where.Kind.CURRENT, 0));
        long noon = Instant.parse("2026-01-31T12:00:00Z").toEpochMilli();
        for (String text : List.of("2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00", "2026-01-31T12:00:00.000")) {
            assertThat(Where.parse(text)).as(text).contains(new Where(Where.Kind.TIMESTAMP, noon));
        }
        for (String text :
                List.of("", "-1", "12345678901234567890", "now", "2026-13-01T00:00:00Z", "Earliest", "1e3")) {
            assertThat(Where.parse(text)).as(text).isEmpty();
        }
    }

    @Test
    void shouldNotMoveWhatHasNoPositionYet() {
        assertThat(flow.cannotMove()).contains("looking for its position");
    }

    @Test
    void shouldWaitUntilTheReaderIsQuietAndGoOnElsewhere() {
        flow.position(new Position(7, -1), TopicIds.UNKNOWN, TakeoverDesk.Origin.CHOSEN);
        CompletableFuture<Void> quiet = new CompletableFuture<>();

        flow.move(ORDER, quiet);

        assertThat(flow.phase()).isEqualTo(Phase.MOVING);
        assertThat(flow.isSettled()).isFalse();
        quiet.complete(null);
        assertThat(flow.isSettled()).isTrue();
        assertThat(flow.acknowledged().offset()).isEqualTo(7);
        assertThat(flow.moveOn(new Event.Offsets(5, 7))).isTrue();
        assertThat(flow.moveOn(new Event.Offsets(5, 7))).isFalse();
        flow.reassign();
        assertThat(flow.phase()).isEqualTo(Phase.ASSIGNED);
        assertThat(flow.move()).isEmpty();
    }

    /** Else its place would be that of the position which the order has left. */
    @Test
    void shouldCallOffATakeOverThatIsUnderWay() {
        TakeoverDesk desk = new TakeoverDesk("link", null, null, null, events, new SystemPace());
        Job job = desk.takeOver(null);
        flow.position(new Position(7, -1), TopicIds.UNKNOWN, TakeoverDesk.Origin.CHOSEN);
        flow.takeOver(job);

        flow.move(ORDER, CompletableFuture.completedFuture(null));
        flow.moveOn(new Event.Offsets(5, 7));
        flow.reassign();

        assertThat(flow.takeover()).isEmpty();
        assertThat(job.done()).isCancelled();
    }

    @Test
    void shouldStayHaltedWithItsReasonWhenItCannotBeMoved() {
        flow.position(new Position(7, -1), TopicIds.UNKNOWN, TakeoverDesk.Origin.CHOSEN);
        flow.halt(events, Optional.empty(), "why");
        flow.move(ORDER, CompletableFuture.completedFuture(null));
        flow.move(ORDER, CompletableFuture.completedFuture(null)); // once more: what was before stays known

        assertThat(flow.move().orElseThrow().wasHalted()).isTrue();
        flow.stay();

        assertThat(flow.phase()).isEqualTo(Phase.HALTED);
        assertThat(flow.status(Map.of(), new SystemPace()).reason()).contains("why");
        assertThatThrownBy(flow::reassign).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldForgetAnOrderWhenItHaltsMeanwhile() {
        flow.position(new Position(7, -1), TopicIds.UNKNOWN, TakeoverDesk.Origin.CHOSEN);
        flow.move(ORDER, new CompletableFuture<>());

        flow.halt(events, Optional.empty(), "why");

        assertThat(flow.move()).isEmpty();
        assertThat(flow.phase()).isEqualTo(Phase.HALTED);
    }
}
