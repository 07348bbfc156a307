package io.tain.link;

import io.tain.offset.OffsetTracker.Position;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Uuid;

/**
 * Which topics a committed position speaks of: a name alone may mean another topic tomorrow. Kept as the text that goes with
 * a commit; positions that others committed, such as MirrorMaker or an operator, have none and are taken as they are.
 *
 * @param source the source topic; zero if unknown
 * @param target the target topic; zero if unknown
 */
record TopicIds(Uuid source, Uuid target) {
    static final TopicIds UNKNOWN = new TopicIds(Uuid.ZERO_UUID, Uuid.ZERO_UUID);

    private static final Pattern TEXT = Pattern.compile("tain source=([A-Za-z0-9_-]{22}) target=([A-Za-z0-9_-]{22})");

    static TopicIds parse(String text) {
        Matcher matcher = TEXT.matcher(text == null ? "" : text);
        if (!matcher.matches()) {
            return UNKNOWN;
        }
        try {
            return new TopicIds(Uuid.fromString(matcher.group(1)), Uuid.fromString(matcher.group(2)));
        } catch (IllegalArgumentException e) {
            return UNKNOWN;
        }
    }

    String text() {
        return equals(UNKNOWN) ? "" : "tain source=" + source + " target=" + target;
    }

    /** What to commit for a position in these topics. */
    OffsetAndMetadata commit(Position position) {
        Optional<Integer> epoch = position.leaderEpoch() < 0 ? Optional.empty() : Optional.of(position.leaderEpoch());
        return new OffsetAndMetadata(position.offset(), epoch, text());
    }

    /** Whether two ids are known and differ. */
    static boolean differ(Uuid one, Uuid other) {
        return !one.equals(Uuid.ZERO_UUID) && !other.equals(Uuid.ZERO_UUID) && !one.equals(other);
    }
}
