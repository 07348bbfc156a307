package io.tain.e2e.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.TopicPartition;

/** Looks at a group's commits all the time: they must never go back (I6). Has a thread of its own. */
public final class CommitWatch implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(300);

    private final Observer observer;
    private final Thread thread = new Thread(this::run, "commit-watch");
    private final Map<TopicPartition, Long> highest = new HashMap<>();
    private final List<String> regressions = new ArrayList<>();
    private volatile boolean stopping;
    private int looks;

    public CommitWatch(Observer observer) {
        this.observer = observer;
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!stopping) {
            try {
                look();
            } catch (IllegalStateException sourceIsDown) {
                // Looks again soon.
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private void look() {
        Map<TopicPartition, Long> found = observer.committed();
        looks++;
        found.forEach((partition, offset) -> {
            long before = highest.getOrDefault(partition, -1L);
            // A coordinator that was frozen tells old commits until it knows that it isn't the coordinator any more.
            if (offset < before && observer.committed().getOrDefault(partition, -1L) < before) {
                regressions.add(partition + " from " + before + " to " + offset);
            }
            highest.merge(partition, offset, Math::max);
        });
    }

    /** How often the commits went back, and where; ends the watch. */
    public List<String> regressions() {
        close();
        if (looks == 0) {
            throw new AssertionError("the group's commits were never seen");
        }
        return regressions;
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
