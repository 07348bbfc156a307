package io.tain.testkit;

import java.util.function.UnaryOperator;

/**
 * A source and a target in this JVM, to be shared by the tests of a class.
 *
 * @param source the cluster to mirror from
 * @param target the cluster to mirror to
 */
public record ClusterPair(EmbeddedCluster source, EmbeddedCluster target) implements AutoCloseable {
    /** Starts two clusters of one broker each. */
    public static ClusterPair start() {
        return start(UnaryOperator.identity());
    }

    /** Starts two clusters of the same shape. */
    public static ClusterPair start(UnaryOperator<ClusterBuilder<EmbeddedCluster>> shape) {
        EmbeddedCluster source = shape.apply(EmbeddedCluster.builder()).start();
        try {
            return new ClusterPair(
                    source, shape.apply(EmbeddedCluster.builder()).start());
        } catch (RuntimeException | AssertionError e) {
            source.close();
            throw e;
        }
    }

    /** Audits the topics of both sides past any proxy. */
    public AuditReport audit(String... topics) {
        return Auditor.between(source, target).audit(topics);
    }

    @Override
    public void close() {
        try (source;
                target) {
            // Closes the target, then the source.
            return;
        }
    }
}
