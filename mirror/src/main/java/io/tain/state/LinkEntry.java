package io.tain.state;

import io.tain.config.Delivery;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * That a link writes to the cluster with this state topic, so that one in the opposite direction knows of it. Immutable.
 *
 * @param source id of the cluster that it reads
 * @param target id of the cluster that it writes to
 * @param delivery what it promises; only with exactly once are its producers among its checkpoints before they write
 * @param topics regex of the whole names of the topics that it mirrors
 * @param timeMs when it was last known to run, in milliseconds since the epoch
 */
public record LinkEntry(String source, String target, Delivery delivery, String topics, long timeMs) {
    /** Whether it mirrors a topic of that name. */
    public boolean mirrors(String topic) {
        return Pattern.matches(topics, topic);
    }

    /** Words as in {@link Checkpoint#encode}; the regex as in an URL. */
    public byte[] encode() {
        String text = "source=" + source + " target=" + target + " delivery="
                + delivery.name().toLowerCase(Locale.ROOT).replace('_', '-') + " topics="
                + URLEncoder.encode(topics, StandardCharsets.UTF_8) + " time=" + timeMs;
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Empty if the bytes are no entry; words that this release does not know are passed over. */
    public static Optional<LinkEntry> parse(byte[] bytes) {
        Words words = Words.parse(bytes);
        try {
            String topics = URLDecoder.decode(words.get("topics"), StandardCharsets.UTF_8);
            Pattern.compile(topics);
            return Optional.of(new LinkEntry(
                    words.get("source"),
                    words.get("target"),
                    Delivery.valueOf(
                            words.get("delivery").toUpperCase(Locale.ROOT).replace('-', '_')),
                    topics,
                    Long.parseLong(words.get("time"))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
