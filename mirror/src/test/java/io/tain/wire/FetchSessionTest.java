package io.tain.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.wire.FetchSession.Ask;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchResponse;
import org.junit.jupiter.api.Test;

class FetchSessionTest {
    private static final int ID = 42;
    private static final Uuid TOPIC_ID = new Uuid(1, 1);
    private static final Uuid OTHER_ID = new Uuid(2, 2);
    private static final TopicPartition P0 = new TopicPartition("t", 0);
    private static final TopicPartition P1 = new TopicPartition("t", 1);

    private final FetchSession session = new FetchSession();

    private static FetchPosition at(TopicPartition partition, Uuid topicId, long offset) {
        return new FetchPosition(partition, new Leader(1, Optional.of(3), topicId), offset, Optional.empty(), 1000);
    }

    private static FetchPosition at(TopicPartition partition, long offset) {
        return at(partition, TOPIC_ID, offset);
    }

    private boolean answer(Errors error, int sessionId) {
        return session.onAnswer(FetchResponse.of(error, 0, sessionId, new LinkedHashMap<>(), List.of()));
    }

    private void establish() {
        session.ask(List.of(at(P0, 5), at(P1, 7)));
        assertThat(answer(Errors.NONE, ID)).isTrue();
    }

    @Test
    void shouldTellEverythingFirst() {
        Ask first = session.ask(List.of(at(P0, 5), at(P1, 7)));

        assertThat(first.toSend().keySet()).containsExactly(P0, P1);
        assertThat(first.metadata()).isEqualTo(FetchMetadata.INITIAL);
        assertThat(first.withTopicIds()).isTrue();
        assertThat(session.offset(P1)).hasValue(7);
    }

    @Test
    void shouldTellOnlyWhatMovedFromThenOn() {
        establish();

        Ask next = session.askOn(List.of(at(P1, 9)));

        assertThat(next.toSend().keySet()).containsExactly(P1);
        assertThat(next.toForget()).isEmpty();
        assertThat(next.metadata()).isEqualTo(new FetchMetadata(ID, 1));
        assertThat(session.offset(P0)).hasValue(5);
        assertThat(session.offset(P1)).hasValue(9);
        answer(Errors.NONE, ID);
        assertThat(session.askOn(List.of(at(P1, 9))).toSend()).isEmpty();
    }

    @Test
    void shouldForgetWhatIsNoLongerWantedAndTellOnlyTheDifference() {
        establish();

        Ask next = session.ask(List.of(at(P0, 5)));

        assertThat(next.toSend()).isEmpty();
        assertThat(next.toForget()).containsExactly(new TopicIdPartition(TOPIC_ID, P1));
        assertThat(session.offset(P1)).isEmpty();
    }

    @Test
    void shouldReplaceATopicThatHasAnotherId() {
        establish();

        Ask next = session.ask(List.of(at(P0, OTHER_ID, 0), at(P1, 7)));

        assertThat(next.toSend().keySet()).containsExactly(P0);
        assertThat(next.toReplace()).containsExactly(new TopicIdPartition(TOPIC_ID, P0));
    }

    @Test
    void shouldTellEverythingAgainWhenTheBrokerForgotTheSession() {
        establish();
        session.askOn(List.of(at(P1, 9)));

        assertThat(answer(Errors.FETCH_SESSION_ID_NOT_FOUND, 0)).isFalse();
        Ask next = session.askOn(List.of());

        assertThat(next.toSend().keySet()).containsExactly(P0, P1);
        assertThat(next.metadata()).isEqualTo(FetchMetadata.INITIAL);
        assertThat(session.offset(P1)).hasValue(9);
    }

    @Test
    void shouldEndTheOldSessionWhenNoAnswerCame() {
        establish();
        session.askOn(List.of(at(P1, 9)));

        session.onNoAnswer();
        Ask next = session.askOn(List.of());

        assertThat(next.toSend()).hasSize(2);
        assertThat(next.metadata()).isEqualTo(new FetchMetadata(ID, FetchMetadata.INITIAL_EPOCH));
    }

    @Test
    void shouldTellEverythingEachTimeToABrokerWithoutRoomForSessions() {
        session.ask(List.of(at(P0, 5), at(P1, 7)));
        assertThat(answer(Errors.NONE, FetchMetadata.INVALID_SESSION_ID)).isTrue();

        Ask next = session.askOn(List.of(at(P0, 6)));

        assertThat(next.toSend().keySet()).containsExactlyInAnyOrder(P0, P1);
        assertThat(next.metadata()).isEqualTo(FetchMetadata.INITIAL);
    }

    @Test
    void shouldDoWithoutTopicIdsOnOldBrokers() {
        Ask first = session.ask(List.of(at(P0, Uuid.ZERO_UUID, 5), at(P1, 7)));

        assertThat(first.withTopicIds()).isFalse();
    }
}
