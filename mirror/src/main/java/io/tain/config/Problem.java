package io.tain.config;

/**
 * Something wrong, or odd, in what an operator wrote.
 *
 * @param severity whether it keeps the mirror from starting
 * @param place where it was written
 * @param subject the setting and its value, secrets masked; may be empty
 * @param what what is wrong and what to write instead, in one line
 */
public record Problem(Severity severity, Place place, String subject, String what) {
    public enum Severity {
        ERROR,
        WARNING
    }

    /** The whole problem as one line. */
    @Override
    public String toString() {
        String text = place + ": " + (subject.isEmpty() ? "" : subject + ": ") + what;
        return text.replaceAll("\\s*[\\r\\n]+\\s*", " ");
    }
}
