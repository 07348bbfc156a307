package io.tain.state;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * Where the copy of a partition stands: the records copied from below {@code sourceOffset} are below {@code targetOffset} on the
 * target, and no others of this partition's are. Immutable.
 *
 * @param sourceOffset next to be copied
 * @param leaderEpoch of the source record before it; -1 if unknown
 * @param targetOffset in the target partition of the same name
 * @param sourceTopic the source topic's id; zero if unknown
 * @param targetTopic the target topic's id; zero if unknown
 * @param producers who has written the copy, the latest last
 * @param phase whether the copy may have gone on since
 * @param timeMs when it was so, in milliseconds since the epoch
 */
public record Checkpoint(
        long sourceOffset,
        int leaderEpoch,
        long targetOffset,
        Uuid sourceTopic,
        Uuid targetTopic,
        List<Producer> producers,
        Phase phase,
        long timeMs) {
    public Checkpoint {
        producers = List.copyOf(producers);
    }

    /** Whether the copy may have gone on since. */
    public enum Phase {
        COPYING,
        /** All that was written is below the target offset, and the owner has let the partition go. */
        RELEASED
    }

    /** A producer id with its epoch, as in the headers of batches. */
    public record Producer(long id, short epoch) {
        @Override
        public String toString() {
            return id + ":" + epoch;
        }

        private static Producer parse(String text) {
            int colon = text.indexOf(':');
            return new Producer(Long.parseLong(text.substring(0, colon)), Short.parseShort(text.substring(colon + 1)));
        }
    }

    /** Who wrote the copy last. */
    public Optional<Producer> lastProducer() {
        return producers.isEmpty() ? Optional.empty() : Optional.of(producers.get(producers.size() - 1));
    }

    /** Words that people can read too: {@code name=value}, a blank between. */
    public byte[] encode() {
        StringBuilder text = new StringBuilder("source=").append(sourceOffset);
        text.append(" target=").append(targetOffset).append(" leader-epoch=").append(leaderEpoch);
        text.append(" source-topic=")
                .append(sourceTopic)
                .append(" target-topic=")
                .append(targetTopic);
        text.append(" producers=");
        for (int i = 0; i < producers.size(); i++) {
            text.append(i == 0 ? "" : ",").append(producers.get(i));
        }
        text.append(" phase=").append(phase).append(" time=").append(timeMs);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Empty if the bytes are no checkpoint; words that this release does not know are passed over. */
    public static Optional<Checkpoint> parse(byte[] bytes) {
        Words words = Words.parse(bytes);
        try {
            List<Producer> producers = new ArrayList<>();
            for (String producer : words.getOrDefault("producers", "").split(",", -1)) {
                if (!producer.isEmpty()) {
                    producers.add(Producer.parse(producer));
                }
            }
            return Optional.of(new Checkpoint(
                    Long.parseLong(words.get("source")),
                    Integer.parseInt(words.get("leader-epoch")),
                    Long.parseLong(words.get("target")),
                    Uuid.fromString(words.get("source-topic")),
                    Uuid.fromString(words.get("target-topic")),
                    producers,
                    Phase.valueOf(words.get("phase")),
                    Long.parseLong(words.get("time"))));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }
}
