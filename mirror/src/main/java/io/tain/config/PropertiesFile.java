package io.tain.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Reads a properties file as {@link Properties} does (Latin-1, with its escapes), but remembers the line of each key and
 * notices keys that stand there twice.
 */
final class PropertiesFile {
    private final Place whole;
    private final Map<String, Setting> settings = new LinkedHashMap<>();

    private PropertiesFile(Place whole) {
        this.whole = whole;
    }

    /** Reads the file; empty if that cannot be done, which is then reported. */
    static Optional<PropertiesFile> read(Path file, Problems problems) {
        PropertiesFile read = new PropertiesFile(Place.of(file.toString()));
        try {
            if (!Files.isDirectory(file)) {
                read.parse(Files.readAllLines(file, StandardCharsets.ISO_8859_1), problems);
                return Optional.of(read);
            }
            problems.error(read.whole, "", "is a directory; name a properties file");
        } catch (NoSuchFileException e) {
            String folder = String.valueOf(file.toAbsolutePath().getParent());
            problems.error(read.whole, "", "no such file (looked for it in " + folder + ")");
        } catch (AccessDeniedException e) {
            problems.error(read.whole, "", "may not be read by user " + System.getProperty("user.name"));
        } catch (IOException e) {
            problems.error(read.whole, "", "cannot be read: " + e.getMessage());
        }
        return Optional.empty();
    }

    Place whole() {
        return whole;
    }

    List<Setting> settings() {
        return List.copyOf(settings.values());
    }

    private void parse(List<String> lines, Problems problems) {
        int next = 0;
        while (next < lines.size()) {
            int first = next;
            StringBuilder logical = new StringBuilder(lines.get(next++));
            while (continues(logical) && next < lines.size()) {
                logical.append('\n').append(lines.get(next++));
            }
            add(logical.toString(), new Place(whole.file(), first + 1), problems);
        }
    }

    /** A line goes on in the next one if it is no comment and ends in an odd number of backslashes. */
    private static boolean continues(CharSequence line) {
        String text = line.toString().stripLeading();
        if (text.startsWith("#") || text.startsWith("!")) {
            return false;
        }
        int backslashes = 0;
        while (backslashes < text.length() && text.charAt(text.length() - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    private void add(String logicalLine, Place place, Problems problems) {
        Properties one = new Properties();
        try {
            one.load(new StringReader(logicalLine));
        } catch (IOException | IllegalArgumentException e) {
            problems.error(place, "", "cannot be understood (" + e.getMessage() + "); write a backslash as \\\\");
            return;
        }
        for (String key : one.stringPropertyNames()) {
            Setting setting = Setting.written(key, one.getProperty(key).strip(), place);
            Setting earlier = settings.put(key, setting);
            if (earlier != null && !earlier.text().equals(setting.text())) {
                problems.warning(
                        setting,
                        "was already set in line " + earlier.place().line() + "; this one counts, take the other out");
            }
        }
    }
}
