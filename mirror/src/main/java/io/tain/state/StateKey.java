package io.tain.state;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * What a record of the state topic is about; of records with the same key the last one counts. Immutable.
 *
 * @param kind what the value means
 * @param link whose it is
 * @param partition the source partition; one without a name if it is about the whole link
 * @param chunk where one record would be too large, which of several; else 0
 */
public record StateKey(Kind kind, String link, TopicPartition partition, int chunk) {
    /** A kind that this release does not know is left alone. */
    public enum Kind {
        /** A {@link Checkpoint}. */
        CHECKPOINT,
        /** A part of the partition's offset map. */
        MAP,
        /** A {@link LinkEntry}, of no partition. */
        LINK,
        /** A {@link FailoverEntry}, of no partition. */
        FAILOVER
    }

    public StateKey(Kind kind, String link, TopicPartition partition) {
        this(kind, link, partition, 0);
    }

    /** Of what is said of a link as a whole. */
    public static StateKey ofLink(String link) {
        return new StateKey(Kind.LINK, link, new TopicPartition("", 0));
    }

    /** Of whether a link was failed over. */
    public static StateKey ofFailover(String link) {
        return new StateKey(Kind.FAILOVER, link, new TopicPartition("", 0));
    }

    /** Not the record's own, in which an enum's differs from process to process: maps of these have the same order in all of them. */
    @Override
    public int hashCode() {
        return Objects.hash(kind.name(), link, partition, chunk);
    }

    byte[] encode() {
        return toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Empty for what this release does not know. */
    static Optional<StateKey> parse(byte[] key) {
        String[] parts = key == null ? new String[0] : new String(key, StandardCharsets.UTF_8).split("/", -1);
        if (parts.length != 5) {
            return Optional.empty();
        }
        try {
            Kind kind = Kind.valueOf(parts[0].toUpperCase(Locale.ROOT));
            TopicPartition partition = new TopicPartition(parts[2], Integer.parseInt(parts[3]));
            return Optional.of(new StateKey(kind, parts[1], partition, Integer.parseInt(parts[4])));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** As it is written: kind, link, topic, partition and chunk; names have no slashes. */
    @Override
    public String toString() {
        return String.join(
                "/",
                kind.name().toLowerCase(Locale.ROOT),
                link,
                partition.topic(),
                Integer.toString(partition.partition()),
                Integer.toString(chunk));
    }
}
