package io.tain.demo;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keeps what a program prints. Safe for use by several threads. */
final class Terminal {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    PrintStream out() {
        return new PrintStream(out, true, StandardCharsets.UTF_8);
    }

    PrintStream err() {
        return new PrintStream(err, true, StandardCharsets.UTF_8);
    }

    String text() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** What stands behind the word at the start of a line. */
    String after(String word) {
        Matcher line = Pattern.compile("^\\s*" + word + "\\s+(\\S+)", Pattern.MULTILINE)
                .matcher(text());
        if (!line.find()) {
            throw new IllegalStateException("no " + word + " in: " + text());
        }
        return line.group(1);
    }
}
