package io.tain.state;

import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;

/**
 * Where links keep their state: values by key, read in the order in which they were written. Failures that may pass come as {@link
 * org.apache.kafka.common.KafkaException}s; after one, what was asked for may be asked again, and what was to be written may have
 * been. Used by one thread.
 */
public interface StateLog extends AutoCloseable {
    String name();

    /** Makes it if it is missing; tells what is wrong with it if it can't be used. */
    Optional<String> prepare(Admin target) throws InterruptedException;

    /**
     * What is new since the last call, the first time all there is; of several records with one key the last. An absent value
     * takes a key away.
     *
     * @param wanted which keys to tell of
     * @param onRestart run if what was read before is lost, and all is read from the beginning again
     */
    Map<StateKey, Optional<byte[]>> read(Predicate<StateKey> wanted, Runnable onRestart);

    /** Writes all of this, and returns once it is acknowledged. */
    void write(Map<StateKey, byte[]> records);

    @Override
    void close();
}
