package io.tain.testkit;

import io.tain.testkit.ClusterSpec.Access;
import io.tain.testkit.ClusterSpec.ClientPath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Collects the shape of a cluster, then starts it. Not thread-safe.
 *
 * @param <C> the kind of cluster that is started
 */
public final class ClusterBuilder<C extends Cluster> {
    private final Function<ClusterSpec, C> starter;
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final List<String> users = new ArrayList<>();
    private int brokers = 1;
    private Security security = Security.PLAINTEXT;
    private Access access = Access.OPEN;
    private ClientPath path = ClientPath.DIRECT;

    ClusterBuilder(Function<ClusterSpec, C> starter) {
        this.starter = starter;
    }

    /** How many combined broker and controller nodes, 1 to 3; 1 unless told. */
    public ClusterBuilder<C> brokers(int count) {
        brokers = count;
        return this;
    }

    /** A broker property of every node; wins over what the testkit sets. */
    public ClusterBuilder<C> property(String key, Object value) {
        properties.put(key, String.valueOf(value));
        return this;
    }

    /** The protocol of the listener that clients use; PLAINTEXT unless told. */
    public ClusterBuilder<C> security(Security protocol) {
        security = protocol;
        return this;
    }

    /** Adds a SASL/PLAIN user; {@link Cluster#clientProperties(String)} gives what a client of that user needs. */
    public ClusterBuilder<C> user(String name) {
        users.add(name);
        return this;
    }

    /**
     * Checks ACLs, denies by default; needs a SASL listener. The user {@code admin} may do everything, the given
     * users nothing until an ACL says so.
     */
    public ClusterBuilder<C> authorizer(String... restrictedUsers) {
        access = Access.CHECKED;
        users.addAll(List.of(restrictedUsers));
        return this;
    }

    /**
     * Puts a {@link FaultProxy} before the client listener of every broker, and has the brokers advertise the proxies.
     * Traffic between brokers and controllers does not pass through them.
     */
    public ClusterBuilder<C> proxied() {
        path = ClientPath.PROXIED;
        return this;
    }

    /** Starts the cluster and returns when all its brokers serve requests. */
    public C start() {
        return starter.apply(new ClusterSpec(brokers, security, users, access, path, properties));
    }
}
