package io.tain.link;

import io.tain.config.Delivery;
import io.tain.config.LinkConfig;
import io.tain.source.EchoGuard;
import io.tain.source.WriterUnknownException;
import io.tain.state.OppositeLinks;
import io.tain.state.StateKey;
import io.tain.state.StateLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a link that finds out who has written to its source: reads the state topic there, in which a link in the opposite
 * direction records its producer ids before it writes with them. So a read that begins after a batch was fetched, and goes to the
 * end, settles whose the batch is; many questions are settled by one read.
 */
final class LoopDesk implements Runnable, EchoGuard.Registry {
    private static final Logger LOG = LoggerFactory.getLogger(LoopDesk.class);
    private static final long WAIT_MS = 20;
    private static final long IDLE_MS = 10_000;
    private static final long BACKOFF_MS = 500;

    /** Answers are forgotten when there are more, and asked for again. */
    private static final int MOST_ANSWERS = 100_000;

    private final LinkConfig config;
    private final List<String> topics;
    private final StateLog topic;
    private final Admin source;
    private final OppositeLinks opposite;
    private final Semaphore something = new Semaphore(0);
    private final Map<Long, CompletableFuture<Boolean>> answers = new ConcurrentHashMap<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile Optional<String> trouble = Optional.empty();
    private boolean exists;

    /**
     * @param topics that are mirrored now
     * @param topic the state topic on the source; read and closed by this thread
     * @param ends of the link
     */
    LoopDesk(LinkConfig config, List<String> topics, StateLog topic, Admin source, Link.Ends ends) {
        this.config = config;
        this.topics = List.copyOf(topics);
        this.topic = topic;
        this.source = source;
        this.opposite = new OppositeLinks(ends.sourceId(), ends.targetId());
    }

    @Override
    public boolean isMirrors(long producerId) {
        CompletableFuture<Boolean> answer = answers.get(producerId);
        if (answer == null) {
            answer = answers.computeIfAbsent(producerId, id -> new CompletableFuture<>());
            something.release(); // not before it is there to be seen
        }
        try {
            return answer.get(WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new WriterUnknownException(trouble.map(why ->
                    "can't tell whether a link in the opposite direction" + " has written what is next: " + why));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WriterUnknownException(Optional.empty());
        }
    }

    /** Any thread: whether a link in the opposite direction mirrors topics of that name, as far as is known. */
    boolean isBothWays(String name) {
        synchronized (opposite) {
            return !opposite.running(name, System.currentTimeMillis()).isEmpty();
        }
    }

    void stop() {
        stopping = true;
        stopped.countDown();
        something.release();
    }

    @Override
    public void run() {
        try (topic) {
            while (!stopping) {
                look();
                if (trouble.isPresent()) {
                    stopped.await(BACKOFF_MS, TimeUnit.MILLISECONDS);
                } else if (something.tryAcquire(IDLE_MS, TimeUnit.MILLISECONDS)) {
                    something.drainPermits();
                }
            }
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads what is new, and settles what was asked before. */
    private void look() throws InterruptedException {
        List<Map.Entry<Long, CompletableFuture<Boolean>>> asked = new ArrayList<>(answers.entrySet());
        try {
            Map<StateKey, Optional<byte[]>> news = exists() ? topic.read(key -> true, () -> {}) : Map.of();
            synchronized (opposite) {
                opposite.take(news);
                Optional<String> problem = problem();
                if (problem.isPresent()) {
                    tellTrouble(problem.get());
                    return;
                }
                asked.forEach(entry -> entry.getValue().complete(opposite.hasWritten(entry.getKey())));
            }
            if (answers.size() > MOST_ANSWERS) {
                asked.forEach(entry -> answers.remove(entry.getKey()));
            }
            if (trouble.isPresent()) {
                LOG.info("{}: who writes to the source can be told again", config.name());
            }
            trouble = Optional.empty();
        } catch (KafkaException | ExecutionException e) {
            exists = false;
            Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
            boolean refused = cause instanceof AuthorizationException;
            tellTrouble(cause.getClass().getSimpleName() + ": " + cause.getMessage()
                    + (refused
                            ? "; grant Describe and Read on topic " + topic.name() + ", whether it exists or not"
                            : ""));
            if (refused && config.state().delivery() != Delivery.EXACTLY_ONCE) {
                // As MirrorMaker, which never looked.
                asked.forEach(entry -> entry.getValue().complete(false));
            }
        }
    }

    /** A link in the opposite direction whose records can't be told from others. */
    private Optional<String> problem() {
        long nowMs = System.currentTimeMillis();
        return topics.stream()
                .flatMap(name -> opposite.unrecorded(name, nowMs).stream()
                        .map(other -> "link " + other + " mirrors topic " + name
                                + " in the opposite direction with delivery=at-least-once, and so does not record its"
                                + " producer ids; stop it, or let it deliver exactly once"))
                .findFirst();
    }

    private void tellTrouble(String what) {
        if (trouble.isEmpty() && !stopping) {
            LOG.warn(
                    "{}: can't tell what a link in the opposite direction has written to the source; what is of new"
                            + " producers waits: {}",
                    config.name(),
                    what);
        }
        trouble = Optional.of(what);
    }

    /** Without the topic no link keeps state there, and so none writes there that would have to be told from others. */
    private boolean exists() throws InterruptedException, ExecutionException {
        if (!exists) {
            try {
                source.describeTopics(List.of(topic.name()), new DescribeTopicsOptions().timeoutMs((int)
                                        Duration.ofSeconds(15).toMillis()))
                        .allTopicNames()
                        .get();
                exists = true;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
            }
        }
        return exists;
    }
}
