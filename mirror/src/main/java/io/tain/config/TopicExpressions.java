package io.tain.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/**
 * Makes one pattern of what an operator wrote to include and exclude. Both are lists of Java regexes, written as
 * MirrorMaker took them: a comma means "or" except inside braces and brackets, blanks and outer quotes do not count,
 * {@code *} alone means every topic.
 */
final class TopicExpressions {
    private static final String KAFKA_INTERNAL =
            "__consumer_offsets|__transaction_state|__share_group_state|__cluster_metadata|__remote_log_metadata";
    private static final String OWN = "tain-state|__tain.*";
    private static final Pattern LITERAL = Pattern.compile("(?:[A-Za-z0-9_-]|\\\\?\\.|\\\\[_-])+");

    /** A topic's name has at most 249 characters, each perhaps escaped; to match longer text could overflow the stack. */
    private static final int LONGEST_LITERAL = 2 * 249;

    private static final Pattern BACK_REFERENCE = Pattern.compile("(?<!\\\\)(?:\\\\\\\\)*\\\\[1-9]");

    /** Kafka's internal topics are left out unless named literally, or asked for; Tain's own unless named literally. */
    enum Internal {
        LEFT_OUT,
        MIRRORED
    }

    private TopicExpressions() {}

    static Optional<TopicSelection> select(
            Optional<Setting> include, Optional<Setting> exclude, Internal internal, Problems problems) {
        int before = problems.errors().size();
        List<String> included =
                include.map(setting -> elements(setting, problems)).orElse(List.of(".*"));
        List<String> excluded =
                exclude.map(setting -> elements(setting, problems)).orElse(List.of());
        exclude.ifPresent(setting -> refuseBackReferences(setting, excluded, problems));
        if (included.size() > 1) {
            include.ifPresent(setting -> refuseBackReferences(setting, included, problems));
        }
        if (problems.errors().size() > before) {
            return Optional.empty();
        }
        String described = "topics " + include.map(Setting::text).orElse("*")
                + exclude.map(setting -> " except " + setting.text()).orElse("");
        try {
            Pattern pattern = Pattern.compile(whole(included, excluded, internal));
            return Optional.of(new TopicSelection(pattern, described));
        } catch (PatternSyntaxException e) {
            Setting blamed = include.or(() -> exclude).orElseThrow();
            problems.error(blamed, "its parts are right but do not go together: " + e.getDescription());
            return Optional.empty();
        }
    }

    private static String whole(List<String> included, List<String> excluded, Internal internal) {
        StringBuilder whole = new StringBuilder("(?=(?:" + String.join("|", included) + ")\\z)");
        if (!excluded.isEmpty()) {
            whole.append("(?!(?:").append(String.join("|", excluded)).append(")\\z)");
        }
        String refused = internal == Internal.LEFT_OUT ? KAFKA_INTERNAL + "|" + OWN : OWN;
        Set<String> literal = literalNames(included);
        String named = literal.stream().map(Pattern::quote).collect(Collectors.joining("|"));
        whole.append("(?!").append(named.isEmpty() ? "" : "(?!(?:" + named + ")\\z)");
        return whole.append("(?:").append(refused).append(")\\z).*").toString();
    }

    /** The topics that stand in the list by their name rather than as an expression. */
    private static Set<String> literalNames(List<String> elements) {
        Set<String> names = new TreeSet<>();
        for (String element : elements) {
            for (String alternative : element.split("\\|", -1)) {
                if (alternative.length() <= LONGEST_LITERAL
                        && LITERAL.matcher(alternative).matches()) {
                    names.add(alternative.replace("\\", ""));
                }
            }
        }
        return names;
    }

    private static List<String> elements(Setting setting, Problems problems) {
        List<String> elements = new ArrayList<>();
        for (String raw : split(setting.value())) {
            String element = raw.equals("*") ? ".*" : raw;
            if (!element.isEmpty()) {
                elements.add(element);
                checkSyntax(setting, element, problems);
            }
        }
        if (elements.isEmpty()) {
            problems.error(setting, "names nothing; write names or Java regexes, separated by commas, or * for all");
        }
        return elements;
    }

    private static void checkSyntax(Setting setting, String element, Problems problems) {
        try {
            Pattern.compile(element);
            Pattern.compile("(?:" + element + ")");
        } catch (PatternSyntaxException e) {
            String at = e.getIndex() < 0 ? "" : " at character " + (e.getIndex() + 1);
            problems.error(
                    setting,
                    "'" + element + "' is no Java regex: " + e.getDescription() + at
                            + (element.startsWith("*") || element.contains("|*") ? "; write .* for any text" : ""));
        }
    }

    private static void refuseBackReferences(Setting setting, List<String> elements, Problems problems) {
        for (String element : elements) {
            if (BACK_REFERENCE.matcher(element).find()) {
                problems.error(
                        setting, "'" + element + "' refers back by number; name the group: (?<name>...)\\k<name>");
            }
        }
    }

    /**
     * Splits at commas outside of any parentheses, braces and brackets. A comma inside parentheses alone becomes "or" in
     * its place, since no topic's name can hold a comma.
     */
    static List<String> split(String text) {
        String plain = unquote(text.replaceAll("\\s", ""));
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        int parentheses = 0;
        int closed = 0;
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            if (c == '\\' && i + 1 < plain.length()) {
                int end = plain.startsWith("\\Q", i) ? endOfQuote(plain, i) : i + 2;
                part.append(plain, i, end);
                i = end - 1;
                continue;
            }
            switch (c) {
                case '(' -> parentheses += closed == 0 ? 1 : 0;
                case ')' -> parentheses -= closed == 0 ? 1 : 0;
                case '{', '[' -> closed++;
                case '}', ']' -> closed = Math.max(0, closed - 1);
                default -> {}
            }
            if (c == ',' && closed == 0 && parentheses <= 0) {
                parts.add(unquote(part.toString()));
                part.setLength(0);
            } else {
                part.append(c == ',' && closed == 0 ? '|' : c);
            }
        }
        parts.add(unquote(part.toString()));
        return parts;
    }

    private static int endOfQuote(String text, int start) {
        int end = text.indexOf("\\E", start + 2);
        return end < 0 ? text.length() : end + 2;
    }

    private static String unquote(String text) {
        return text.replaceAll("^[\"']+|[\"']+$", "");
    }
}
