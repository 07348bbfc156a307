package io.tain.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.Errors;

/**
 * The error codes that brokers of 2.8 to 4.3 answer a consumer's Fetch and an idempotent producer's Produce with: those that Kafka
 * documents with both answers, and those that its own clients of 4.3 look for (FetchCollector, FetchSessionHandler, Sender, TransactionManager).
 *
 * <p>Left out are those that never answer a request of ours:
 *
 * <ul>
 *   <li>UNSUPPORTED_COMPRESSION_TYPE of a Fetch, OFFSET_MOVED_TO_TIERED_STORAGE, CLUSTER_AUTHORIZATION_FAILED: for versions before
 *       10, which do not know zstd, and for followers;
 *   <li>INVALID_REQUIRED_ACKS: there are no other acks than 0, 1 and -1 in a link's settings;
 *   <li>TRANSACTIONAL_ID_AUTHORIZATION_FAILED, INVALID_TXN_STATE, CONCURRENT_TRANSACTIONS, TRANSACTION_ABORTABLE and those of
 *       coordinators: for batches of transactions, and the mirror writes none;
 *   <li>UNSUPPORTED_VERSION, INVALID_REQUEST: versions are agreed on with each connection.
 * </ul>
 */
final class BrokerErrors {
    /** Of a partition in a Fetch, whatever it asks for. */
    static final List<Errors> FETCH = List.of(
            Errors.KAFKA_STORAGE_ERROR,
            Errors.OFFSET_NOT_AVAILABLE,
            Errors.UNKNOWN_SERVER_ERROR,
            Errors.REPLICA_NOT_AVAILABLE,
            Errors.FENCED_LEADER_EPOCH,
            Errors.UNKNOWN_LEADER_EPOCH,
            Errors.NOT_LEADER_OR_FOLLOWER,
            Errors.TOPIC_AUTHORIZATION_FAILED,
            Errors.UNKNOWN_TOPIC_OR_PARTITION,
            Errors.UNKNOWN_TOPIC_ID,
            Errors.INCONSISTENT_TOPIC_ID,
            Errors.CORRUPT_MESSAGE);

    /** Of a Fetch as a whole. */
    static final List<Errors> FETCH_SESSION = List.of(
            Errors.FETCH_SESSION_ID_NOT_FOUND,
            Errors.INVALID_FETCH_SESSION_EPOCH,
            Errors.FETCH_SESSION_TOPIC_ID_ERROR,
            Errors.UNKNOWN_SERVER_ERROR);

    /** Of a batch that was not written, for no fault of its own. */
    static final List<Errors> PRODUCE = List.of(
            Errors.NOT_LEADER_OR_FOLLOWER,
            Errors.FENCED_LEADER_EPOCH,
            Errors.UNKNOWN_LEADER_EPOCH,
            Errors.NOT_ENOUGH_REPLICAS,
            Errors.KAFKA_STORAGE_ERROR,
            Errors.UNKNOWN_SERVER_ERROR,
            Errors.NETWORK_EXCEPTION,
            Errors.THROTTLING_QUOTA_EXCEEDED,
            Errors.TOPIC_AUTHORIZATION_FAILED,
            Errors.CLUSTER_AUTHORIZATION_FAILED,
            Errors.INVALID_TOPIC_EXCEPTION,
            Errors.UNKNOWN_TOPIC_OR_PARTITION,
            Errors.UNKNOWN_TOPIC_ID,
            Errors.INCONSISTENT_TOPIC_ID);

    /** Of a batch that was written all the same. */
    static final List<Errors> WRITTEN = List.of(
            Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
            Errors.REQUEST_TIMED_OUT,
            Errors.KAFKA_STORAGE_ERROR,
            Errors.NOT_LEADER_OR_FOLLOWER,
            Errors.UNKNOWN_SERVER_ERROR);

    /** Of a batch whose producer the broker has forgotten, or takes for an old one. */
    static final List<Errors> PRODUCER = List.of(
            Errors.UNKNOWN_PRODUCER_ID,
            Errors.INVALID_PRODUCER_ID_MAPPING,
            Errors.INVALID_PRODUCER_EPOCH,
            Errors.PRODUCER_FENCED);

    /** Of a transaction coordinator, whatever it is asked. */
    static final List<Errors> COORDINATOR = List.of(
            Errors.COORDINATOR_NOT_AVAILABLE,
            Errors.COORDINATOR_LOAD_IN_PROGRESS,
            Errors.NOT_COORDINATOR,
            Errors.CONCURRENT_TRANSACTIONS,
            Errors.REQUEST_TIMED_OUT,
            Errors.UNKNOWN_SERVER_ERROR);

    static final List<Errors> TOO_LARGE = List.of(Errors.MESSAGE_TOO_LARGE, Errors.RECORD_LIST_TOO_LARGE);

    /** Of a batch with a record that is never taken. */
    static final List<Errors> REFUSED = List.of(
            Errors.INVALID_RECORD,
            Errors.INVALID_TIMESTAMP,
            Errors.POLICY_VIOLATION,
            Errors.UNSUPPORTED_FOR_MESSAGE_FORMAT,
            Errors.UNSUPPORTED_COMPRESSION_TYPE);

    private BrokerErrors() {}

    /** How it is noted that an answer with the error has reached the mirror. */
    static String seen(String request, Errors error) {
        return request + " answered with " + error;
    }

    /** All of them as they are noted. */
    static Set<String> all() {
        Set<String> all = new TreeSet<>();
        List<Errors> ofFetch = new ArrayList<>(FETCH);
        ofFetch.add(Errors.OFFSET_OUT_OF_RANGE);
        ofFetch.forEach(error -> all.add(seen("fetch of a partition", error)));
        FETCH_SESSION.forEach(error -> all.add(seen("fetch", error)));
        List<Errors> ofProduce = new ArrayList<>(
                List.of(Errors.CORRUPT_MESSAGE, Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, Errors.DUPLICATE_SEQUENCE_NUMBER));
        List.of(PRODUCE, WRITTEN, PRODUCER, TOO_LARGE, REFUSED).forEach(ofProduce::addAll);
        ofProduce.forEach(error -> all.add(seen("produce", error)));
        COORDINATOR.forEach(error -> all.add(seen("take-over", error)));
        return all;
    }
}
