package io.tain.e2e.chaos;

import java.util.Arrays;
import java.util.List;

/** What a random run does to the mirrors, to the source and to the target. Each takes a victim and lasts for a while. */
enum Fault {
    /** SIGKILL, and a new process afterwards. */
    KILL_MIRROR(Role.MIRROR),
    /** SIGTERM, and a new process afterwards. */
    STOP_MIRROR(Role.MIRROR),
    /** SIGSTOP, then SIGCONT: longer than the session's time-out, or shorter. */
    FREEZE_MIRROR(Role.MIRROR),
    /** One instance more, as in a rolling restart: the partitions are shared out anew twice. */
    ADD_MIRROR(Role.MIRROR),

    KILL_BROKER(Role.CLUSTER),
    STOP_BROKER(Role.CLUSTER),
    FREEZE_BROKER(Role.CLUSTER),
    /** Every second all partitions get another leader. */
    MOVE_LEADERS(Role.CLUSTER),

    /** Connections end with RST, over and over. */
    RESET(Role.NETWORK),
    /** Connections are accepted, and nothing comes through. */
    BLACK_HOLE(Role.NETWORK),
    /** Requests arrive, and their answers are lost. */
    LOSE_ANSWERS(Role.NETWORK),
    /** Nothing passes for a while, and then all of it does. */
    HOLD(Role.NETWORK),
    /** Connections are refused, and those that stand are reset. */
    CUT_OFF(Role.NETWORK),
    /** 100 ms each way, and 50 KB/s. */
    SLOW(Role.NETWORK),

    /** Client quotas of 20 KB/s, for fetching on the source and producing on the target. */
    THROTTLE(Role.CLUSTER),
    /** A source topic gets one partition more. */
    ADD_PARTITION(Role.SOURCE),
    /** A new source topic, with records. */
    ADD_TOPIC(Role.SOURCE);

    /** Where a fault can strike. */
    private enum Role {
        MIRROR,
        CLUSTER,
        NETWORK,
        SOURCE
    }

    private final Role role;

    Fault(Role role) {
        this.role = role;
    }

    /** Whether its victim is a broker's proxy, or all of a cluster's. */
    boolean isOfNetwork() {
        return role == Role.NETWORK;
    }

    /** Whether it adds something for good, so that a long run must not have too many of it. */
    boolean isLasting() {
        return role == Role.SOURCE;
    }

    /** The faults that can strike at a side. */
    static List<Fault> of(Side side) {
        return Arrays.stream(values())
                .filter(fault -> switch (fault.role) {
                    case MIRROR -> side == Side.MIRRORS;
                    case CLUSTER, NETWORK -> side != Side.MIRRORS;
                    case SOURCE -> side == Side.SOURCE;
                })
                .toList();
    }

    /** What a fault strikes at. One side has one fault at a time; the three sides have theirs independently. */
    enum Side {
        MIRRORS,
        SOURCE,
        TARGET
    }
}
