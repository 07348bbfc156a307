package io.tain.cli;

import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * What a command has around it; tests put their own in its place.
 *
 * @param environment the environment variables
 * @param mirrors makes the mirror
 * @param signals tells of signals
 * @param halt ends the process at once, with a status
 * @param screens opens the terminal, if somebody sits at one
 */
record Host(
        Map<String, String> environment,
        Running.Factory mirrors,
        Signals signals,
        IntConsumer halt,
        Supplier<Optional<Screen>> screens) {
    static Host ofThisProcess() {
        return new Host(
                System.getenv(),
                Running::mirror,
                new ProcessSignals(),
                Runtime.getRuntime()::halt,
                TerminalScreen::open);
    }
}
