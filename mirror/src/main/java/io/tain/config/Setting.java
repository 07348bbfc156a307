package io.tain.config;

import org.apache.kafka.common.config.ConfigTransformer;

/**
 * One line of a properties file, or one option of a command line.
 *
 * @param key the setting's name as Tain and Kafka know it
 * @param writtenKey its name as the operator wrote it
 * @param text its value as the operator wrote it, variables unresolved
 * @param value its value with variables resolved
 * @param place where it was written
 */
record Setting(String key, String writtenKey, String text, String value, Place place) {
    private static final int SHOWN_CHARACTERS = 200;

    static Setting written(String key, String text, Place place) {
        return new Setting(key, key, text, text, place);
    }

    Setting withKey(String newKey) {
        return new Setting(newKey, writtenKey, text, value, place);
    }

    Setting withValue(String newValue) {
        return new Setting(key, writtenKey, text, newValue, place);
    }

    /** Whether the value came, in part, from a variable: it is then not ours to print. */
    boolean hasVariable() {
        return ConfigTransformer.DEFAULT_PATTERN.matcher(text).find();
    }

    /** Whether variables are left in the value: those of the client's own providers, and those reported as wrong. */
    boolean unresolved() {
        return hasVariable() && value.equals(text);
    }

    boolean secret() {
        return Secrets.named(writtenKey) || Secrets.named(key);
    }

    /** {@code key = value} as written, with secrets masked. */
    String shown() {
        return writtenKey + " = " + (secret() ? Secrets.MASK : shorten(text));
    }

    private static String shorten(String text) {
        return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "...";
    }
}
