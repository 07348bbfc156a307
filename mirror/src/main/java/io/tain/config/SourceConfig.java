package io.tain.config;

import java.util.Map;

/**
 * The reading side of a link.
 *
 * @param client Kafka consumer settings, unmodified, without Tain's {@code source.} prefix, variables resolved
 * @param start where a group that has no commits at all begins ({@code auto.offset.reset})
 * @param readCommitted whether records of aborted and open transactions are left out ({@code isolation.level})
 */
public record SourceConfig(Map<String, Object> client, StartPosition start, boolean readCommitted) {
    public SourceConfig {
        client = Map.copyOf(client);
    }
}
