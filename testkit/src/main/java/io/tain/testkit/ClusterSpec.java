package io.tain.testkit;

import java.util.List;
import java.util.Map;

/**
 * The shape of a cluster to start.
 *
 * @param brokers how many combined broker and controller nodes, 1 to 3
 * @param security the protocol of the client listener
 * @param users the SASL users beside {@link #ADMIN}
 * @param access whether the brokers check ACLs
 * @param path whether clients reach the brokers directly or through a fault proxy each
 * @param properties broker properties that override the testkit's own
 */
record ClusterSpec(
        int brokers,
        Security security,
        List<String> users,
        Access access,
        ClientPath path,
        Map<String, String> properties) {

    /** The SASL user that is always there, and a super user when ACLs are checked. */
    static final String ADMIN = "admin";

    /** Whether the brokers check ACLs. */
    enum Access {
        OPEN,
        CHECKED
    }

    /** How clients reach the brokers. */
    enum ClientPath {
        DIRECT,
        PROXIED
    }

    ClusterSpec {
        if (brokers < 1 || brokers > 3) {
            throw new IllegalArgumentException("A cluster has 1 to 3 brokers, not " + brokers + ".");
        }
        if (access == Access.CHECKED && !security.authenticated()) {
            throw new IllegalArgumentException(
                    "ACLs need users: choose SASL_PLAINTEXT or SASL_SSL instead of " + security + ".");
        }
        users = List.copyOf(users);
        properties = Map.copyOf(properties);
    }

    static String password(String user) {
        return user + "-secret";
    }
}
