package io.tain.admin;

import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Writes maps, lists, texts, numbers and truth values as JSON; what is absent becomes null. */
public final class Json {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private Json() {}

    public static String write(Object value) {
        StringBuilder text = new StringBuilder();
        append(text, value);
        return text.toString();
    }

    private static void append(StringBuilder text, Object value) {
        if (value instanceof Optional<?> optional) {
            append(text, optional.orElse(null));
        } else if (value instanceof OptionalLong optional) {
            append(text, optional.isPresent() ? (Object) optional.getAsLong() : null);
        } else if (value instanceof Map<?, ?> map) {
            text.append('{');
            Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
            while (entries.hasNext()) {
                Map.Entry<?, ?> entry = entries.next();
                quote(text, entry.getKey().toString());
                text.append(':');
                append(text, entry.getValue());
                text.append(entries.hasNext() ? "," : "");
            }
            text.append('}');
        } else if (value instanceof Iterable<?> list) {
            text.append('[');
            Iterator<?> items = list.iterator();
            while (items.hasNext()) {
                append(text, items.next());
                text.append(items.hasNext() ? "," : "");
            }
            text.append(']');
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            text.append(value);
        } else {
            quote(text, value.toString());
        }
    }

    private static void quote(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ' || c == '<' || c == '\u2028' || c == '\u2029') {
                text.append("\\u").append(HEX[c >> 12]).append(HEX[(c >> 8) & 15]);
                text.append(HEX[(c >> 4) & 15]).append(HEX[c & 15]);
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
