package io.tain.config;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the process is told about its admin server.
 *
 * @param listen where it listens ({@code admin.listen}); empty for nowhere
 * @param hosts names in lower case that a request may name it by, beside those that it knows ({@code admin.hosts})
 * @param token what changing anything takes ({@code admin.token.file}); empty to allow no changes
 * @param settings what each link's file says, by the link's name: secrets masked, variables unresolved
 */
public record AdminConfig(
        Optional<InetSocketAddress> listen,
        Set<String> hosts,
        Optional<AdminToken> token,
        Map<String, List<Shown>> settings) {
    /** No admin server. */
    public static final AdminConfig OFF = new AdminConfig(Optional.empty(), Set.of(), Optional.empty(), Map.of());

    /**
     * A setting as it may be shown to anyone.
     *
     * @param key its name as written
     * @param value its value as written, or a mask
     * @param place file and line
     */
    public record Shown(String key, String value, String place) {}

    public AdminConfig {
        hosts = Set.copyOf(hosts);
        settings = Map.copyOf(settings);
    }
}
