package io.tain.cli;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The terminal of this process, as {@code stty} sets it: keys come one by one and unseen, reading waits for 0.2 s. */
final class TerminalScreen implements Screen {
    private static final File TTY = new File("/dev/tty");
    private static final Pattern SIZE = Pattern.compile("(\\d+) (\\d+)");
    private static final int MOST_CELLS = 1_000;
    private static final int STTY_SECONDS = 5;
    private static final String ENTER = "\u001b[?1049h\u001b[?25l";
    private static final String LEAVE = "\u001b[?25h\u001b[?1049l";
    private static final int ESCAPE = 27;

    private final PrintStream out;
    private final InputStream keys;
    private final String before;
    private int width = 80;
    private int height = 24;

    private TerminalScreen(PrintStream out, InputStream keys, String before) {
        this.out = out;
        this.keys = keys;
        this.before = before;
    }

    /** Empty where input or output is no terminal, or there is no {@code stty}. */
    static Optional<Screen> open() {
        if (!isTerminal()) {
            return Optional.empty();
        }
        Optional<String> before = stty("-g");
        if (before.isEmpty()
                || stty("-icanon", "-echo", "min", "0", "time", "2").isEmpty()) {
            return Optional.empty();
        }
        try {
            TerminalScreen screen = new TerminalScreen(System.out, new FileInputStream(TTY), before.get());
            screen.out.print(ENTER);
            return Optional.of(screen);
        } catch (IOException e) {
            stty(before.get());
            return Optional.empty();
        }
    }

    /** Newer JVMs have a console without a terminal, too. */
    private static boolean isTerminal() {
        try {
            Process process = new ProcessBuilder("sh", "-c", "test -t 0 && test -t 1")
                    .inheritIO()
                    .start();
            return process.waitFor(STTY_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** What it says; empty if it fails. */
    private static Optional<String> stty(String... arguments) {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(TTY)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            boolean ended = process.waitFor(STTY_SECONDS, TimeUnit.SECONDS);
            return ended && process.exitValue() == 0 ? Optional.of(said) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }

    /** It may have been made larger or smaller since the last look. */
    private void measure() {
        Matcher size = SIZE.matcher(stty("size").orElse(""));
        if (size.matches()) {
            height = bounded(size.group(1), 24);
            width = bounded(size.group(2), 80);
        }
    }

    private static int bounded(String digits, int unknown) {
        int cells = digits.length() > 4 ? MOST_CELLS : Math.min(MOST_CELLS, Integer.parseInt(digits));
        return cells == 0 ? unknown : cells;
    }

    @Override
    public void show(List<String> lines) {
        StringBuilder text = new StringBuilder("\u001b[H");
        for (int i = 0; i < Math.min(height, lines.size()); i++) {
            String line = lines.get(i);
            text.append(i == 0 ? "" : "\r\n")
                    .append(line, 0, Math.min(width, line.length()))
                    .append("\u001b[K");
        }
        out.print(text.append("\u001b[J"));
        out.flush();
        measure();
    }

    @Override
    public OptionalInt key() {
        int key = read();
        if (key == ESCAPE && read() == '[') {
            int arrow = read();
            return arrow == 'A' ? OptionalInt.of(UP) : arrow == 'B' ? OptionalInt.of(DOWN) : OptionalInt.empty();
        }
        return key < 0 ? OptionalInt.empty() : OptionalInt.of(key);
    }

    /** -1 when no key was pressed for a while: the end of a terminal's input is not for good. */
    private int read() {
        try {
            return keys.read();
        } catch (IOException e) {
            return 'q'; // the terminal is gone
        }
    }

    @Override
    public void close() {
        out.print(LEAVE);
        out.flush();
        stty(before);
        try {
            keys.close();
        } catch (IOException e) {
            return; // there is nothing left to close
        }
    }
}
