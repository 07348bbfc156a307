package io.tain.link;

import java.util.Map;

/**
 * Something that the Kafka consumer of a stream's group member counts or measures by itself, under Kafka's own names.
 *
 * @param link the link's name
 * @param group such as consumer-coordinator-metrics
 * @param name such as rebalance-total
 * @param tags such as client-id
 * @param value at this moment
 */
public record ClientMetric(String link, String group, String name, Map<String, String> tags, double value) {}
