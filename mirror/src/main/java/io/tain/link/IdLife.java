package io.tain.link;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;

/**
 * For how long the target remembers whose a producer id is ({@code transactional.id.expiration.ms}) and which epochs a partition has
 * seen of it ({@code producer.id.expiration.ms}): the shorter of both, on the broker that forgets first. Asked until it is answered.
 * Used by one thread.
 */
final class IdLife {
    private static final List<String> SETTINGS = List.of("transactional.id.expiration.ms", "producer.id.expiration.ms");

    /** By what brokers have unless they are told otherwise; counts where their settings may not be seen. */
    private static final long DEFAULT_MS = Duration.ofDays(1).toMillis();

    private final Supplier<CompletableFuture<Long>> ask;
    private CompletableFuture<Long> asked;

    /** Begins to ask. */
    IdLife(Supplier<CompletableFuture<Long>> ask) {
        this.ask = ask;
        this.asked = ask.get();
    }

    /** In milliseconds. If it could not be told, it is asked anew the next time. */
    CompletableFuture<Long> ms() {
        if (asked.isCompletedExceptionally()) {
            asked = ask.get();
        }
        return asked;
    }

    /** A question to the cluster's brokers. */
    static Supplier<CompletableFuture<Long>> askedOf(Admin target) {
        return () -> target.describeCluster()
                .nodes()
                .toCompletionStage()
                .thenCompose(nodes -> settingsOf(nodes, target))
                .thenApply(IdLife::shortest)
                .exceptionally(IdLife::unlessHidden)
                .toCompletableFuture();
    }

    private static CompletionStage<Map<ConfigResource, Config>> settingsOf(Collection<Node> nodes, Admin target) {
        List<ConfigResource> brokers = nodes.stream()
                .map(node -> new ConfigResource(ConfigResource.Type.BROKER, node.idString()))
                .toList();
        return target.describeConfigs(brokers).all().toCompletionStage();
    }

    private static long shortest(Map<ConfigResource, Config> settings) {
        return settings.values().stream()
                .flatMap(config -> SETTINGS.stream().map(config::get))
                .filter(entry -> entry != null && entry.value() != null)
                .map(ConfigEntry::value)
                .mapToLong(Long::parseLong)
                .min()
                .orElse(DEFAULT_MS);
    }

    private static long unlessHidden(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof AuthorizationException) {
            return DEFAULT_MS;
        }
        throw new CompletionException(cause);
    }
}
