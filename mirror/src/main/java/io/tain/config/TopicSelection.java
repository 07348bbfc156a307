package io.tain.config;

import java.util.regex.Pattern;

/**
 * Which source topics a link mirrors.
 *
 * @param pattern matches a mirrored topic's whole name; includes, excludes and internal topics are already worked in, so
 *     that it can be given to a consumer's {@code subscribe} as it is
 * @param describe the selection in the operator's words, for messages
 */
public record TopicSelection(Pattern pattern, String describe) {
    public boolean matches(String topic) {
        return pattern.matcher(topic).matches();
    }
}
