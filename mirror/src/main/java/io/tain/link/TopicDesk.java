package io.tain.link;

import io.tain.topic.TargetTopics;
import io.tain.topic.TargetTopics.Wanted;
import io.tain.topic.TopicState;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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

    private final Preparation topics;
    private final Map<Wanted, TopicState> states = new ConcurrentHashMap<>();
    private final Set<Wanted> waiting = ConcurrentHashMap.newKeySet();
    private final Semaphore something = new Semaphore(0);
    private final CountDownLatch stopped = new CountDownLatch(1);

    TopicDesk(Preparation topics) {
        this.topics = topics;
    }

    /** Makes topics ready on the target, as {@link TargetTopics} does. */
    interface Preparation {
        Map<Wanted, TopicState> prepare(Collection<Wanted> topics) throws InterruptedException;
    }

    /** The topic's state, if it has been looked at. */
    Optional<TopicState> state(Wanted topic) {
        return Optional.ofNullable(states.get(topic));
    }

    /** Asks for a topic to be looked at, even if it was before. */
    void ask(Wanted topic) {
        if (waiting.add(topic)) {
            something.release();
        }
    }

    /** Forgets what was found about a topic; it is looked at once somebody asks. */
    void forget(Wanted topic) {
        states.remove(topic);
    }

    void stop() {
        stopped.countDown();
        something.release();
    }

    @Override
    public void run() {
        try {
            while (stopped.getCount() > 0) {
                if (something.tryAcquire(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                    something.drainPermits();
                }
                step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * One cycle of the thread, without its wait: looks at what was asked for, or again at what was refused. Goes by what was asked
     * for, not by having been woken: somebody may ask in the moment in which the wait ends by itself.
     */
    void step() throws InterruptedException {
        Set<Wanted> wanted = new HashSet<>(waiting);
        waiting.removeAll(wanted);
        if (wanted.isEmpty()) {
            wanted.addAll(refused());
        }
        if (!wanted.isEmpty()) {
            prepare(wanted);
        }
    }

    private Set<Wanted> refused() {
        return states.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof TopicState.Refused)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private void prepare(Set<Wanted> wanted) throws InterruptedException {
        try {
            topics.prepare(wanted).forEach(this::publish);
        } catch (RuntimeException e) {
            if (stopped.getCount() == 0) {
                return; // its clients were closed under it
            }
            LOG.warn("can't look at topics {}: {}; trying again", wanted, e.toString());
            if (!stopped.await(PAUSE_AFTER_ERROR.toMillis(), TimeUnit.MILLISECONDS)) {
                wanted.forEach(this::ask);
            }
        }
    }

    private void publish(Wanted topic, TopicState state) {
        TopicState before = states.put(topic, state);
        // At a stop the clients are closed under a look that is under way.
        boolean news = !state.equals(before) && stopped.getCount() > 0;
        if (news && state instanceof TopicState.Refused refused) {
            LOG.error("topic {} is not mirrored: {}", topic.source(), refused.reason());
        }
    }
}
