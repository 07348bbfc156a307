package io.tain.sim;

/** What may go wrong, with the chance of the worst weather: for each event that it could strike, or for each step. */
enum Fault {
    DISCONNECT(0.01),
    LOST_ANSWER(0.04),
    BLACK_HOLE(0.001),
    SLOW_ANSWER(0.3),
    OLD_REQUEST_EXECUTED_LATE(0.7),
    STALE_METADATA(0.5),
    METADATA_FAILS(0.2),
    SOURCE_LEADER_MOVES(0.004),
    TARGET_LEADER_MOVES(0.004),
    SOURCE_BROKER_DOWN(0.001),
    TARGET_BROKER_DOWN(0.001),
    FETCH_ERROR(0.1),
    FETCH_SESSION_LOST(0.1),
    PARTIAL_FETCH(0.6),
    CORRUPT_FETCH(0.3),
    PRODUCE_ERROR(0.15),
    PRODUCE_ERROR_AFTER_APPEND(0.1),
    PARTITION_LEFT_OUT(0.03),
    CORRUPT_PRODUCE(0.03),
    PRODUCER_ID_REFUSED(0.5),
    PRODUCERS_FORGOTTEN(0.005),
    PRODUCER_LOST(0.03),
    COORDINATOR_ERROR(0.2),
    STATE_FAILS(0.2),
    TARGET_TOPIC_REFUSED(0.3),
    REBALANCE(0.003),
    FENCED(0.001),
    FROZEN(0.001),
    CRASH(0.001),
    STOP(0.001),
    COMMIT_FAILS(0.2),
    ASK_FAILS(0.2),
    REFUSED_RECORD(0.08),
    TOO_LARGE_RECORD(0.03),
    COMPACTION(0.03),
    RETENTION(0.001),
    TRUNCATION(0.0007),
    RECREATION(0.0007),
    TRANSACTIONS(0.5);

    final double worst;

    Fault(double worst) {
        this.worst = worst;
    }
}
