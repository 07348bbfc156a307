package io.tain.link;

import io.tain.topic.TargetTopics;
import io.tain.topic.TargetTopics.Wanted;
import io.tain.topic.TopicState;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a link that makes target topics ready. Anyone may ask for a topic and look whether it is; those that were
 * refused are looked at again now and then.
 */
final class TopicDesk implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicDesk.class);
    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofSeconds(1);

    private final TargetTopics topics;
    private final Map<Wanted, TopicState> states = new ConcurrentHashMap<>();
    private final Set<Wanted> asked = new HashSet<>();
    private boolean stopping;

    TopicDesk(TargetTopics topics) {
        this.topics = topics;
    }

    /** The topic's state, if it has been looked at. */
    Optional<TopicState> state(Wanted topic) {
        return Optional.ofNullable(states.get(topic));
    }

    /** Asks for a topic to be looked at, even if it was before. */
    synchronized void ask(Wanted topic) {
        if (asked.add(topic)) {
            notifyAll();
        }
    }

    synchronized void stop() {
        stopping = true;
        notifyAll();
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    private synchronized Set<Wanted> takeAsked() throws InterruptedException {
        if (asked.isEmpty() && !stopping) {
            wait(RETRY.toMillis());
        }
        Set<Wanted> taken = new HashSet<>(asked);
        asked.clear();
        if (taken.isEmpty()) {
            states.forEach((topic, state) -> {
                if (state instanceof TopicState.Refused) {
                    taken.add(topic);
                }
            });
        }
        return taken;
    }

    @Override
    public void run() {
        try {
            while (!isStopping()) {
                Set<Wanted> wanted = takeAsked();
                if (!wanted.isEmpty() && !isStopping()) {
                    prepare(wanted);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void prepare(Set<Wanted> wanted) throws InterruptedException {
        try {
            topics.prepare(wanted).forEach(this::publish);
        } catch (RuntimeException e) {
            LOG.warn("can't look at topics {}: {}; trying again", wanted, e.toString());
            synchronized (this) {
                asked.addAll(wanted);
                wait(PAUSE_AFTER_ERROR.toMillis());
            }
        }
    }

    private void publish(Wanted topic, TopicState state) {
        TopicState before = states.put(topic, state);
        if (state instanceof TopicState.Refused refused && !state.equals(before)) {
            LOG.error("topic {} is not mirrored: {}", topic.source(), refused.reason());
        }
    }
}
