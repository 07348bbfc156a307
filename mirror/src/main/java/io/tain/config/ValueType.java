package io.tain.config;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The kind of value that an option takes.
 *
 * @param expected what to write, in words and with an example: used in errors and in the reference page
 * @param parser turns text into the value; throws IllegalArgumentException (its message is not shown) for any other text
 */
public record ValueType<T>(String expected, Function<String, T> parser) {
    private static final Pattern QUANTITY = Pattern.compile("(\\d{1,15})\\s*([A-Za-z]*)");
    private static final String OFF = "off";
    private static final Pattern LISTENER = Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]):(\\d{1,5})");
    private static final Pattern HOST = Pattern.compile("[a-z0-9](?:[a-z0-9._-]{0,252})");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");

    static ValueType<String> text(String expected) {
        return new ValueType<>(expected, text -> {
            check(!text.isBlank());
            return text;
        });
    }

    static ValueType<String> name() {
        return new ValueType<>("a name of letters, digits, '.', '_' and '-', at most 100 of them", text -> {
            check(NAME.matcher(text).matches());
            return text;
        });
    }

    /** Such names are what no link mirrors unless it is told to. */
    static ValueType<Optional<String>> stateTopic() {
        return new ValueType<>("tain-state, a topic's name that begins with __tain, or off", text -> {
            if (text.strip().equalsIgnoreCase(OFF)) {
                return Optional.empty();
            }
            check(NAME.matcher(text).matches() && (text.equals("tain-state") || text.startsWith("__tain")));
            return Optional.of(text);
        });
    }

    static ValueType<Integer> integer(int min, int max) {
        return new ValueType<>("a whole number from " + min + " to " + max, text -> {
            int value = Integer.parseInt(text);
            check(value >= min && value <= max);
            return value;
        });
    }

    static ValueType<Duration> duration(Duration min, Duration max) {
        String expected = "a duration from " + show(min) + " to " + show(max) + ", such as 500ms, 5s or 2m "
                + "(a plain number is milliseconds)";
        return new ValueType<>(expected, text -> {
            Duration value = parseDuration(text);
            check(value.compareTo(min) >= 0 && value.compareTo(max) <= 0);
            return value;
        });
    }

    /** A duration, or {@code off} for none. */
    static ValueType<Optional<Duration>> durationOrOff(Duration min, Duration max) {
        ValueType<Duration> duration = duration(min, max);
        return new ValueType<>(
                duration.expected + ", or " + OFF,
                text -> text.strip().equalsIgnoreCase(OFF)
                        ? Optional.empty()
                        : Optional.of(duration.parser.apply(text)));
    }

    static ValueType<Long> size(long min, long max) {
        String expected = "a size from " + (min >> 20) + "MiB to " + (max >> 20) + "MiB, such as 64MiB "
                + "(a plain number is bytes)";
        return new ValueType<>(expected, text -> {
            long value = parseSize(text);
            check(value >= min && value <= max);
            return value;
        });
    }

    /** Port 0 is any that is free. */
    static ValueType<Optional<InetSocketAddress>> listener() {
        return new ValueType<>("host:port, such as 127.0.0.1:8181, or off", text -> {
            if (text.strip().equalsIgnoreCase(OFF)) {
                return Optional.empty();
            }
            Matcher listener = LISTENER.matcher(text.strip());
            check(listener.matches());
            int port = Integer.parseInt(listener.group(2));
            check(port <= 65_535);
            // Looked up only when it is used, so that a name server that is away is no problem of the configuration.
            return Optional.of(
                    InetSocketAddress.createUnresolved(listener.group(1).replaceAll("[\\[\\]]", ""), port));
        });
    }

    /** Names as a Host header may have them, in lower case. */
    static ValueType<Set<String>> hosts() {
        return new ValueType<>("host names with commas between, such as tain.example.com", text -> {
            Set<String> names = Arrays.stream(text.split(",", -1))
                    .map(name -> name.strip().toLowerCase(Locale.ROOT))
                    .collect(Collectors.toUnmodifiableSet());
            check(names.stream().allMatch(name -> HOST.matcher(name).matches()));
            return names;
        });
    }

    static <T> ValueType<T> choice(Function<T, String> spelling, List<T> choices) {
        String expected = choices.stream().map(spelling).collect(Collectors.joining(" or "));
        return new ValueType<>(
                expected,
                text -> choices.stream()
                        .filter(choice -> spelling.apply(choice).equals(text.toLowerCase(Locale.ROOT)))
                        .findFirst()
                        .orElseThrow(IllegalArgumentException::new));
    }

    private static Duration parseDuration(String text) {
        Matcher quantity = quantity(text);
        long number = Long.parseLong(quantity.group(1));
        return switch (quantity.group(2).toLowerCase(Locale.ROOT)) {
            case "", "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m", "min" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static long parseSize(String text) {
        Matcher quantity = quantity(text);
        long number = Long.parseLong(quantity.group(1));
        return switch (quantity.group(2).toLowerCase(Locale.ROOT)) {
            case "", "b" -> number;
            case "k", "kb", "kib" -> Math.multiplyExact(number, 1L << 10);
            case "m", "mb", "mib" -> Math.multiplyExact(number, 1L << 20);
            case "g", "gb", "gib" -> Math.multiplyExact(number, 1L << 30);
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static Matcher quantity(String text) {
        Matcher quantity = QUANTITY.matcher(text.strip());
        check(quantity.matches());
        return quantity;
    }

    private static String show(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    private static void check(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException();
        }
    }
}
