package io.tain.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import kafka.server.FaultHandlerFactory;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.server.fault.FaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a fault in an in-process broker from ending the JVM: it is recorded instead. Safe for use by several threads.
 */
final class Faults implements FaultHandlerFactory {
    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);

    private final List<String> seen = new CopyOnWriteArrayList<>();

    /** Turns the brokers' own exits and halts into exceptions, for the whole JVM. */
    static void keepJvmAlive() {
        Exit.setExitProcedure(Faults::refuse);
        Exit.setHaltProcedure(Faults::refuse);
    }

    private static void refuse(int status, String message) {
        LOG.error("A broker wanted to end the JVM with status {}: {}", status, message);
        throw new IllegalStateException("A broker wanted to end the JVM with status " + status + ": " + message);
    }

    List<String> seen() {
        return List.copyOf(seen);
    }

    @Override
    public FaultHandler build(String name, boolean fatal, Runnable action) {
        return (message, cause) -> {
            seen.add(name + ": " + message + (cause == null ? "" : ": " + cause));
            LOG.error("Fault in a broker, {}: {}", name, message, cause);
            action.run();
            return new IllegalStateException(message, cause);
        };
    }
}
