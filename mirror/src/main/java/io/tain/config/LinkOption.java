package io.tain.config;

/**
 * One of Tain's own options.
 *
 * @param key its name in a link's properties file
 * @param type what it takes
 * @param defaultText its default as an operator would write it, in parentheses when it has to be described; empty if it
 *     is required
 * @param doc one sentence for the reference page
 */
public record LinkOption<T>(String key, ValueType<T> type, String defaultText, String doc) {
    public boolean required() {
        return defaultText.isEmpty();
    }
}
