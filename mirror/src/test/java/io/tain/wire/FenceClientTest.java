package io.tain.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.wire.FenceClient.FenceException;
import io.tain.wire.FenceClient.Ownership;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResultCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResultCollection;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.EndTxnResponse;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.junit.jupiter.api.Test;

/** Taking partitions over from a coordinator that keeps its books as Kafka's does, and whose answers get lost. */
final class FenceClientTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final String ID = "tain-link-t-0";
    private static final int SEEDS = 2_000;

    /** Of one transactional id. */
    private static final class Books {
        final List<Short> markers = new ArrayList<>();
        long id = 7;
        short epoch = 3;
        boolean open;
        boolean aborted;

        AbstractResponse execute(AbstractRequest request) {
            if (request instanceof FindCoordinatorRequest) {
                return coordinator(Errors.NONE);
            }
            if (request instanceof InitProducerIdRequest) {
                return init();
            }
            if (request instanceof AddPartitionsToTxnRequest add) {
                short asked = add.data().v3AndBelowProducerEpoch();
                if (asked == epoch) {
                    open = true;
                    aborted = false;
                }
                return added(asked == epoch ? Errors.NONE : Errors.INVALID_PRODUCER_EPOCH);
            }
            return ended(end(((EndTxnRequest) request).data().producerEpoch()));
        }

        /** What is open is aborted by an epoch of its own, and the producer has to ask again. */
        private AbstractResponse init() {
            aborted = false;
            if (open) {
                markers.add(++epoch);
                open = false;
                return initialised(Errors.CONCURRENT_TRANSACTIONS, id, (short) -1);
            }
            if (epoch >= Short.MAX_VALUE - 1) {
                id++;
                epoch = 0;
            } else {
                epoch++;
            }
            return initialised(Errors.NONE, id, epoch);
        }

        private Errors end(short asked) {
            if (asked != epoch) {
                return Errors.PRODUCER_FENCED;
            }
            if (!open) {
                return aborted ? Errors.NONE : Errors.INVALID_TXN_STATE;
            }
            markers.add(epoch);
            open = false;
            aborted = true;
            return Errors.NONE;
        }
    }

    private static AbstractResponse coordinator(Errors error) {
        return new FindCoordinatorResponse(new FindCoordinatorResponseData()
                .setCoordinators(List.of(new Coordinator()
                        .setKey(ID)
                        .setNodeId(error == Errors.NONE ? 1 : -1)
                        .setHost("localhost")
                        .setPort(1)
                        .setErrorCode(error.code()))));
    }

    private static AbstractResponse initialised(Errors error, long id, short epoch) {
        return new InitProducerIdResponse(new InitProducerIdResponseData()
                .setErrorCode(error.code())
                .setProducerId(id)
                .setProducerEpoch(epoch));
    }

    private static AbstractResponse added(Errors error) {
        AddPartitionsToTxnPartitionResultCollection partitions = new AddPartitionsToTxnPartitionResultCollection();
        partitions.add(
                new AddPartitionsToTxnPartitionResult().setPartitionIndex(0).setPartitionErrorCode(error.code()));
        AddPartitionsToTxnTopicResultCollection topics = new AddPartitionsToTxnTopicResultCollection();
        topics.add(new AddPartitionsToTxnTopicResult().setName("t").setResultsByPartition(partitions));
        return new AddPartitionsToTxnResponse(new AddPartitionsToTxnResponseData().setResultsByTopicV3AndBelow(topics));
    }

    private static AbstractResponse ended(Errors error) {
        return new EndTxnResponse(new EndTxnResponseData().setErrorCode(error.code()));
    }

    /** The coordinator has moved, or is not ready yet. */
    private static AbstractResponse refusal(AbstractRequest request, Errors error) {
        if (request instanceof FindCoordinatorRequest) {
            return coordinator(Errors.COORDINATOR_NOT_AVAILABLE);
        }
        if (request instanceof InitProducerIdRequest) {
            return initialised(error, -1, (short) -1);
        }
        return request instanceof AddPartitionsToTxnRequest ? added(error) : ended(error);
    }

    private static void finish(FenceClient client, CompletableFuture<Ownership> fence, ScriptedBrokers brokers) {
        long now = 1_000;
        brokers.lead(PARTITION, 1); // so that there is metadata
        for (int i = 0; i < 1_000 && !fence.isDone(); i++) {
            now += 1_000;
            client.poll(0, now);
        }
        assertThat(fence).as("done").isDone();
    }

    @Test
    void shouldLeaveTheLastMarkerWhateverAnswersAreLost() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Books books = new Books();
            ScriptedBrokers brokers = new ScriptedBrokers();
            int[] troubles = {random.nextInt(8)};
            FenceClient client = brokers.fenceClient(request -> {
                int dice = troubles[0] > 0 ? random.nextInt(6) : 5;
                if (dice < 4) {
                    troubles[0]--;
                }
                return switch (dice) {
                    case 0 -> Optional.empty();
                    case 1 -> {
                        books.execute(request);
                        yield Optional.empty();
                    }
                    case 2 -> Optional.of(refusal(request, Errors.NOT_COORDINATOR));
                    case 3 -> Optional.of(refusal(request, Errors.COORDINATOR_LOAD_IN_PROGRESS));
                    default -> Optional.of(books.execute(request));
                };
            });

            CompletableFuture<Ownership> fence = client.fence(ID, PARTITION, identity -> false);
            finish(client, fence, brokers);

            Ownership owner = fence.join();
            assertThat(owner.identity()).as("seed " + seed).isEqualTo(new ProducerIdentity(7, books.epoch));
            assertThat(owner.markerEpoch()).as("seed " + seed).contains(books.markers.get(books.markers.size() - 1));
            assertThat(owner.markerEpoch().get())
                    .as("seed " + seed)
                    .isLessThan(owner.identity().epoch());
            assertThat(books.open).as("seed " + seed).isFalse();
            client.close();
        }
    }

    /** What an owner writes under must be shut out by whoever comes next, also if that is under another id. */
    @Test
    void shouldMarkTheLastEpochOfAnIdBeforeItGoesOnUnderAnother() {
        for (int last = Short.MAX_VALUE - 6; last <= Short.MAX_VALUE - 2; last++) {
            Books books = new Books();
            books.epoch = (short) last; // of the owner that is to be shut out
            ScriptedBrokers brokers = new ScriptedBrokers();
            FenceClient client = brokers.fenceClient(request -> Optional.of(books.execute(request)));

            CompletableFuture<Ownership> fence = client.fence(ID, PARTITION, identity -> false);
            finish(client, fence, brokers);

            Ownership owner = fence.join();
            assertThat(books.markers.get(0)).as("after " + last).isGreaterThan((short) last);
            assertThat(owner.identity()).isEqualTo(new ProducerIdentity(books.id, books.epoch));
            assertThat(owner.identity().epoch()).isLessThanOrEqualTo((short) (Short.MAX_VALUE - 2));
            assertThat(owner.markerEpoch()).contains((short) (books.epoch - 1));
            client.close();
        }
    }

    @Test
    void shouldNotGiveAnOwnerAnEpochThatNobodyCanMark() {
        Books books = new Books();
        books.epoch = Short.MAX_VALUE - 2;
        ScriptedBrokers brokers = new ScriptedBrokers();
        FenceClient client = brokers.fenceClient(request -> Optional.of(books.execute(request)));

        CompletableFuture<Ownership> fence = client.fence(ID, PARTITION, identity -> identity.id() == 7);
        finish(client, fence, brokers);

        assertThat(fence.join().identity().id()).isEqualTo(8);
        assertThat(books.markers).contains(Short.MAX_VALUE);
        client.close();
    }

    @Test
    void shouldBeginAnewIfAnotherProcessCameBetween() {
        Books books = new Books();
        ScriptedBrokers brokers = new ScriptedBrokers();
        boolean[] came = {false};
        FenceClient client = brokers.fenceClient(request -> {
            AbstractResponse answer = books.execute(request);
            if (request instanceof EndTxnRequest && !came[0]) {
                came[0] = true;
                books.epoch++;
            }
            return Optional.of(answer);
        });

        CompletableFuture<Ownership> fence = client.fence(ID, PARTITION, identity -> false);
        finish(client, fence, brokers);

        assertThat(fence.join().markerEpoch()).contains(books.markers.get(1));
        assertThat(books.markers).hasSize(2);
        client.close();
    }

    @Test
    void shouldGiveUpIfAnotherProcessHasItNow() {
        for (Errors error : List.of(Errors.PRODUCER_FENCED, Errors.INVALID_PRODUCER_EPOCH)) {
            Books books = new Books();
            ScriptedBrokers brokers = new ScriptedBrokers();
            FenceClient client = brokers.fenceClient(request ->
                    Optional.of(request instanceof EndTxnRequest ? refusal(request, error) : books.execute(request)));

            CompletableFuture<Ownership> fence = client.fence(ID, PARTITION, identity -> false);
            finish(client, fence, brokers);

            assertThatThrownBy(fence::join)
                    .hasCauseInstanceOf(FenceException.class)
                    .hasMessageContaining("another process");
            client.close();
        }
    }

    @Test
    void shouldAskForNothingMoreWhereNobodyHasToBeShutOut() {
        Books books = new Books();
        ScriptedBrokers brokers = new ScriptedBrokers();
        FenceClient client = brokers.fenceClient(request -> Optional.of(books.execute(request)));

        CompletableFuture<Ownership> fence = client.fence(ID, PARTITION, identity -> identity.epoch() == 4);
        finish(client, fence, brokers);

        assertThat(fence.join()).isEqualTo(new Ownership(new ProducerIdentity(7, (short) 4), Optional.empty()));
        assertThat(books.markers).isEmpty();
        client.close();
    }
}
