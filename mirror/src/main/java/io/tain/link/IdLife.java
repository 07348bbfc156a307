package io.tain.link;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;

/**
 * For how long the target remembers whose a producer id is ({@code transactional.id.expiration.ms}) and which epochs a partition has
 * seen of it ({@code producer.id.expiration.ms}): the shorter of both, on the broker that forgets first. Asked once. Used by one
 * thread.
 */
final class IdLife {
    private static final List<String> SETTINGS = List.of("transactional.id.expiration.ms", "producer.id.expiration.ms");

    /** By what brokers have unless they are told otherwise; counts where their settings may not be seen. */
    private static final long DEFAULT_MS = Duration.ofDays(1).toMillis();

    private final Admin target;
    private CompletableFuture<Map<ConfigResource, Config>> settings;
    private long knownMs = -1;

    /** Begins to ask. */
    IdLife(Admin target) {
        this.target = target;
        this.settings = ask();
    }

    /** In milliseconds; waits for the answer, and asks anew the next time if there was none. */
    long ms(Duration limit) throws ExecutionException, TimeoutException, InterruptedException {
        if (knownMs < 0) {
            if (settings.isCompletedExceptionally()) {
                settings = ask();
            }
            knownMs = await(limit.toMillis());
        }
        return knownMs;
    }

    private CompletableFuture<Map<ConfigResource, Config>> ask() {
        return target.describeCluster()
                .nodes()
                .toCompletionStage()
                .thenCompose(this::settingsOf)
                .toCompletableFuture();
    }

    private CompletionStage<Map<ConfigResource, Config>> settingsOf(Collection<Node> nodes) {
        List<ConfigResource> brokers = nodes.stream()
                .map(node -> new ConfigResource(ConfigResource.Type.BROKER, node.idString()))
                .toList();
        return target.describeConfigs(brokers).all().toCompletionStage();
    }

    private long await(long limitMs) throws ExecutionException, TimeoutException, InterruptedException {
        try {
            return settings.get(limitMs, TimeUnit.MILLISECONDS).values().stream()
                    .flatMap(config -> SETTINGS.stream().map(config::get))
                    .filter(entry -> entry != null && entry.value() != null)
                    .map(ConfigEntry::value)
                    .mapToLong(Long::parseLong)
                    .min()
                    .orElse(DEFAULT_MS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                return DEFAULT_MS;
            }
            throw e;
        }
    }
}
