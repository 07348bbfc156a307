package io.tain.config;

import java.util.Map;

/**
 * The reading side of a link.
 *
 * @param client Kafka consumer settings, unmodified, without Tain's {@code source.} prefix, variables resolved
 * @param start where a group that has no commits at all begins ({@code auto.offset.reset})
 * @param readCommitted whether records of aborted and open transactions are left out ({@code isolation.level})
 * @param breaks what happens when the source no longer has the position
 */
public record SourceConfig(
        Map<String, Object> client, StartPosition start, boolean readCommitted, BreakPolicies breaks) {
    public SourceConfig {
        client = Map.copyOf(client);
    }
}
