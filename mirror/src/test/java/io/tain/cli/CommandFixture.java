package io.tain.cli;

import io.tain.config.LinkConfig;
import io.tain.link.Extensions;
import io.tain.link.Outcome;
import io.tain.link.StartFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.IntConsumer;

/** Runs commands with a mirror that does what the test says, and keeps what they print. */
final class CommandFixture {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Path folder;
    private final FakeMirror mirror = new FakeMirror();
    private final List<Integer> halts = new ArrayList<>();
    private final LinkedBlockingQueue<IntConsumer> listeners = new LinkedBlockingQueue<>();
    private List<LinkConfig> links = List.of();
    private Extensions extensions = Extensions.NONE;
    private Optional<Screen> screen = Optional.empty();

    CommandFixture(Path folder) {
        this.folder = folder;
    }

    int run(String... arguments) {
        Host host = new Host(Map.of(), this::create, listeners::add, halts::add, () -> screen);
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Console.Verbosity.NORMAL,
                LogFormat.TEXT);
        return Tain.run(Arrays.asList(arguments), host, console);
    }

    private Running create(List<LinkConfig> created, Extensions with) {
        links = created;
        extensions = with;
        return mirror;
    }

    /** Has somebody sit at a terminal. */
    void sitAt(Screen terminal) {
        screen = Optional.of(terminal);
    }

    FakeMirror mirror() {
        return mirror;
    }

    List<LinkConfig> links() {
        return links;
    }

    Extensions extensions() {
        return extensions;
    }

    List<Integer> halts() {
        return halts;
    }

    /** Delivers a signal, once the process listens. */
    void signal(int number) throws InterruptedException {
        IntConsumer listener = listeners.take();
        listeners.add(listener);
        listener.accept(number);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    String write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    /** A mirror that ends as told: at once, or when stopped. */
    static final class FakeMirror implements Running {
        private final CountDownLatch stopped = new CountDownLatch(1);
        private Optional<StartFailure> failure = Optional.empty();
        private Optional<RuntimeException> bug = Optional.empty();
        private Outcome outcome = new Outcome(Outcome.Kind.STOPPED, Optional.empty());
        private boolean untilStopped;
        private volatile boolean started;

        FakeMirror failing(StartFailure with) {
            failure = Optional.of(with);
            return this;
        }

        FakeMirror throwing(RuntimeException with) {
            bug = Optional.of(with);
            return this;
        }

        FakeMirror ending(Outcome.Kind kind, String cause) {
            outcome = new Outcome(kind, Optional.of(cause));
            return this;
        }

        FakeMirror runningUntilStopped() {
            untilStopped = true;
            return this;
        }

        boolean started() {
            return started;
        }

        @Override
        public void start() throws StartFailure {
            if (failure.isPresent()) {
                throw failure.get();
            }
            bug.ifPresent(with -> {
                throw with;
            });
            started = true;
        }

        @Override
        public Outcome await() throws InterruptedException {
            if (untilStopped) {
                stopped.await();
            }
            return outcome;
        }

        @Override
        public void stop() {
            stopped.countDown();
        }
    }
}
