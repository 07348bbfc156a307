package io.tain.offset;

import io.tain.offset.OffsetTracker.Position;
import java.util.Optional;
import java.util.OptionalLong;
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
public record TopicIds(Uuid source, Uuid target) {
    /** Nothing is said of them. */
    public static final TopicIds UNKNOWN = new TopicIds(Uuid.ZERO_UUID, Uuid.ZERO_UUID);

    private static final Pattern TEXT =
            Pattern.compile("tain source=([A-Za-z0-9_-]{22}) target=([A-Za-z0-9_-]{22})(?: next=(\\d{1,19}))?");

    /** {@link #UNKNOWN} where the text is somebody else's. */
    public static TopicIds parse(String text) {
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

    /** The target offset that was committed along with a position: from a link that delivers exactly once. */
    public static OptionalLong targetOffset(String text) {
        Matcher matcher = TEXT.matcher(text == null ? "" : text);
        return matcher.matches() && matcher.group(3) != null
                ? OptionalLong.of(Long.parseLong(matcher.group(3)))
                : OptionalLong.empty();
    }

    /** Which topics a commit speaks of. */
    public static TopicIds of(OffsetAndMetadata commit) {
        return parse(commit.metadata());
    }

    /** A committed position, with the target offset that was committed along. */
    public static Position position(OffsetAndMetadata commit) {
        return new Position(
                commit.offset(),
                commit.leaderEpoch().orElse(-1),
                targetOffset(commit.metadata()).orElse(-1));
    }

    /** As it goes with a commit; empty text where nothing is known. */
    public String text() {
        return equals(UNKNOWN) ? "" : "tain source=" + source + " target=" + target;
    }

    /** What to commit for a position in these topics, which goes with an offset of the target. */
    public OffsetAndMetadata mark(Position position) {
        String ids = "tain source=" + source + " target=" + target;
        return new OffsetAndMetadata(
                position.offset(), commit(position).leaderEpoch(), ids + " next=" + position.targetOffset());
    }

    /** What to commit for a position in these topics. */
    public OffsetAndMetadata commit(Position position) {
        Optional<Integer> epoch = position.leaderEpoch() < 0 ? Optional.empty() : Optional.of(position.leaderEpoch());
        return new OffsetAndMetadata(position.offset(), epoch, text());
    }

    /** Whether two ids are known and differ. */
    public static boolean differ(Uuid one, Uuid other) {
        return !one.equals(Uuid.ZERO_UUID) && !other.equals(Uuid.ZERO_UUID) && !one.equals(other);
    }
}
