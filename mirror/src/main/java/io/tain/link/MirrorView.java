package io.tain.link;

import java.util.List;

/** A running mirror as its operators see it. All methods may be called from any thread, and none blocks. */
public interface MirrorView {
    /** What every link is doing now. */
    List<LinkStatus> status();

    /** The last events of all links, oldest first. */
    List<Event> events();

    /** What the group members' Kafka consumers measure. */
    List<ClientMetric> clientMetrics();

    /** Threads that should go round and round and don't; empty in a mirror that lives, whatever its clusters do. */
    List<String> stuckThreads();

    /** Has a link follow an order; within seconds its status or events show it. An unknown link is ignored. */
    void take(String link, Order order);
}
