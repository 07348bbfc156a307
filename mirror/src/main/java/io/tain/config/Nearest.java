package io.tain.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds what an operator most likely meant by a misspelt name. */
public final class Nearest {
    private Nearest() {}

    /** The candidate with the fewest edits from {@code name}, if it is near enough to be a misspelling of it. */
    public static Optional<String> of(String name, Collection<String> candidates) {
        String best = "";
        int bestDistance = Math.max(2, name.length() / 3) + 1;
        for (String candidate : candidates) {
            int distance = distance(plain(name), plain(candidate));
            if (distance < bestDistance || (distance == bestDistance && candidate.compareTo(best) < 0)) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best.isEmpty() ? Optional.empty() : Optional.of(best);
    }

    /** "; did you mean X?", or nothing when no candidate is near. */
    public static String hint(String name, Collection<String> candidates) {
        return of(name, candidates).map(near -> "; did you mean " + near + "?").orElse("");
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '.').replace('-', '.');
    }

    /** Levenshtein's distance. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
