package io.tain.link;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a link that looks for links in the opposite direction once more before a partition's first record is copied. It is
 * asked when the group's commits say already that this link is there. So of two links that start at the same time, the one whose
 * commit was later finds the other, whatever was to be seen when each of them checked its start.
 */
final class OppositeDesk implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(OppositeDesk.class);
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofSeconds(1);

    private final String link;
    private final Search search;
    private final Map<TopicPartition, CompletableFuture<Optional<String>>> answers = new ConcurrentHashMap<>();
    private final Semaphore something = new Semaphore(0);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private boolean fails;

    OppositeDesk(String link, Search search) {
        this.link = link;
        this.search = search;
    }

    /** Finds links that mirror some of these topics back. */
    interface Search {
        /** Returns why a topic must not be copied; those that may be are left out. */
        Map<String, String> find(Set<String> topics) throws InterruptedException, ExecutionException;
    }

    /** Any thread: why the partition must not be copied, or nothing; asked for if it was not yet. Does not block. */
    CompletableFuture<Optional<String>> look(TopicPartition partition) {
        CompletableFuture<Optional<String>> known = answers.get(partition);
        if (known != null) {
            return known;
        }
        CompletableFuture<Optional<String>> asked = new CompletableFuture<>();
        answers.put(partition, asked);
        something.release();
        return asked;
    }

    /** Any thread: it is looked for again when somebody asks. */
    void forget(TopicPartition partition) {
        answers.remove(partition);
    }

    void stop() {
        stopped.countDown();
        something.release();
    }

    @Override
    public void run() {
        try {
            while (stopped.getCount() > 0) {
                something.acquire();
                something.drainPermits();
                answerAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answerAll() throws InterruptedException {
        Map<TopicPartition, CompletableFuture<Optional<String>>> asked = new HashMap<>(answers);
        asked.values().removeIf(CompletableFuture::isDone);
        if (asked.isEmpty()) {
            return;
        }
        Set<String> topics = asked.keySet().stream().map(TopicPartition::topic).collect(Collectors.toSet());
        try {
            Map<String, String> found = search.find(topics);
            asked.forEach((partition, answer) -> answer.complete(Optional.ofNullable(found.get(partition.topic()))));
            fails = false;
        } catch (ExecutionException | RuntimeException e) {
            if (stopped.getCount() == 0) {
                return; // its clients were closed under it
            }
            Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
            if (!(cause instanceof RetriableException)) {
                LOG.debug(
                        "{}: the groups on the target can't be listed",
                        link,
                        e); // not allowed, or the target is too old
                asked.values().forEach(answer -> answer.complete(Optional.empty()));
                return;
            }
            if (!fails) {
                LOG.warn(
                        "{}: can't look for links in the opposite direction, trying again: {}", link, cause.toString());
            }
            fails = true;
            if (!stopped.await(PAUSE_AFTER_ERROR.toMillis(), TimeUnit.MILLISECONDS)) {
                something.release();
            }
        }
    }
}
