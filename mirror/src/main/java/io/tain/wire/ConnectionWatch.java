package io.tain.wire;

import org.apache.kafka.common.ClusterResourceListener;
import org.apache.kafka.common.errors.AuthenticationException;

/** Hears of a connection's cluster, on the thread that polls it. What it throws when told of the cluster, the poll throws. */
public interface ConnectionWatch extends ClusterResourceListener {
    /** A broker did not accept our credentials, or we not its certificate. */
    default void onRefused(AuthenticationException why) {}
}
