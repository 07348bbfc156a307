package io.tain.state;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The text of a record in the state topic, which people can read too: {@code name=value}, a blank between. Immutable. */
final class Words {
    private final Map<String, String> byName = new HashMap<>();

    private Words() {}

    /** What is no such pair is passed over. */
    static Words parse(byte[] bytes) {
        Words words = new Words();
        for (String word : new String(bytes, StandardCharsets.UTF_8).split(" ", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                words.byName.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return words;
    }

    /** The value of that name; {@link IllegalArgumentException} if there is none. */
    String get(String name) {
        String value = byName.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name);
        }
        return value;
    }

    String getOrDefault(String name, String otherwise) {
        return byName.getOrDefault(name, otherwise);
    }
}
