package io.tain.cli;

import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;

/** Writes maps, collections, numbers, booleans, text and absent numbers as one line of JSON. */
final class Json {
    private static final int FIRST_PRINTABLE = 0x20;

    private Json() {}

    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        if (value instanceof Map<?, ?> map) {
            out.append('{');
            String gap = "";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(gap);
                quote(entry.getKey().toString(), out);
                out.append(':');
                write(entry.getValue(), out);
                gap = ",";
            }
            out.append('}');
        } else if (value instanceof Collection<?> all) {
            out.append('[');
            String gap = "";
            for (Object each : all) {
                out.append(gap);
                write(each, out);
                gap = ",";
            }
            out.append(']');
        } else if (value instanceof OptionalLong number) {
            out.append(number.isPresent() ? Long.toString(number.getAsLong()) : "null");
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else {
            quote(value.toString(), out);
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter == '"' || letter == '\\') {
                out.append('\\').append(letter);
            } else if (letter < FIRST_PRINTABLE) {
                out.append(String.format("\\u%04x", (int) letter));
            } else {
                out.append(letter);
            }
        }
        out.append('"');
    }
}
