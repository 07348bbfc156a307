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
 * @param writers who has written the copy
 * @param phase whether the copy may have gone on since
 * @param timeMs when it was so, in milliseconds since the epoch
 */
public record Checkpoint(
        long sourceOffset,
        int leaderEpoch,
        long targetOffset,
        Uuid sourceTopic,
        Uuid targetTopic,
        Writers writers,
        Phase phase,
        long timeMs) {
    /** Of a link that delivers exactly once. */
    public Checkpoint(
            long sourceOffset,
            int leaderEpoch,
            long targetOffset,
            Uuid sourceTopic,
            Uuid targetTopic,
            List<Producer> producers,
            Phase phase,
            long timeMs) {
        this(
                sourceOffset,
                leaderEpoch,
                targetOffset,
                sourceTopic,
                targetTopic,
                new Writers(producers, Optional.empty()),
                phase,
                timeMs);
    }

    /**
     * Who has written a copy.
     *
     * @param owners those who delivered exactly once, the latest last: each was shut out before the next one began
     * @param last who has written it last at least once, if that is so: nobody is shut out then, and a batch may be there twice, so
     *     that nothing can be told by counting
     */
    public record Writers(List<Producer> owners, Optional<Producer> last) {
        public Writers {
            owners = List.copyOf(owners);
        }

        /** All that are known. */
        public List<Producer> all() {
            List<Producer> all = new ArrayList<>(owners);
            last.ifPresent(all::add);
            return all;
        }
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

    /** Who has written the copy exactly once, the latest last. */
    public List<Producer> producers() {
        return writers.owners();
    }

    /** The last of these. */
    public Optional<Producer> lastProducer() {
        List<Producer> owners = producers();
        return owners.isEmpty() ? Optional.empty() : Optional.of(owners.get(owners.size() - 1));
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
        for (int i = 0; i < producers().size(); i++) {
            text.append(i == 0 ? "" : ",").append(producers().get(i));
        }
        writers.last().ifPresent(last -> text.append(" writer=").append(last));
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
            String last = words.getOrDefault("writer", "");
            return Optional.of(new Checkpoint(
                    Long.parseLong(words.get("source")),
                    Integer.parseInt(words.get("leader-epoch")),
                    Long.parseLong(words.get("target")),
                    Uuid.fromString(words.get("source-topic")),
                    Uuid.fromString(words.get("target-topic")),
                    new Writers(producers, last.isEmpty() ? Optional.empty() : Optional.of(Producer.parse(last))),
                    Phase.valueOf(words.get("phase")),
                    Long.parseLong(words.get("time"))));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }
}
