package io.tain.config;

import java.util.regex.Pattern;

/** Which settings must never be shown. */
final class Secrets {
    static final String MASK = "[hidden]";

    private static final Pattern NAMES = Pattern.compile(
            "passw|passphrase|pwd|secret|token(?!\\.endpoint)|jaas|credential|(?:^|[._-])key$|private[._]key(?![._]file)",
            Pattern.CASE_INSENSITIVE);

    private Secrets() {}

    static boolean named(String key) {
        return NAMES.matcher(key).find();
    }
}
