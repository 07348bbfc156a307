package io.tain.cli;

import io.tain.config.LinkConfig;
import io.tain.link.Extensions;
import io.tain.link.Mirror;
import io.tain.link.MirrorView;
import io.tain.link.Outcome;
import io.tain.link.StartFailure;
import java.util.List;
import java.util.Optional;

/** A mirror as a command sees it. */
interface Running {
    void start() throws StartFailure;

    Outcome await() throws InterruptedException;

    void stop();

    /** What an admin server shows of it; empty if there is nothing to show. */
    default Optional<MirrorView> view() {
        return Optional.empty();
    }

    /** How a command gets one. */
    @FunctionalInterface
    interface Factory {
        Running create(List<LinkConfig> links, Extensions extensions);
    }

    static Running mirror(List<LinkConfig> links, Extensions extensions) {
        Mirror mirror = new Mirror(links, extensions);
        return new Running() {
            @Override
            public void start() throws StartFailure {
                mirror.start();
            }

            @Override
            public Outcome await() throws InterruptedException {
                return mirror.await();
            }

            @Override
            public void stop() {
                mirror.stop();
            }

            @Override
            public Optional<MirrorView> view() {
                return Optional.of(mirror);
            }
        };
    }
}
