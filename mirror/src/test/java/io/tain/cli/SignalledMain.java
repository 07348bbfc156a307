package io.tain.cli;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** A process of its own that mirrors nothing until it is stopped, for {@link ProcessSignalsTest}. */
final class SignalledMain {
    private SignalledMain() {}

    public static void main(String[] arguments) {
        boolean stubborn = arguments[0].equals("stubborn");
        CommandFixture.FakeMirror mirror = new CommandFixture.FakeMirror().runningUntilStopped();
        Running running = new Running() {
            @Override
            public void start() throws io.tain.link.StartFailure {
                mirror.start();
                System.out.println("started");
            }

            @Override
            public io.tain.link.Outcome await() throws InterruptedException {
                return mirror.await();
            }

            @Override
            public void stop() {
                System.out.println("stopping");
                if (!stubborn) {
                    mirror.stop();
                }
            }
        };
        Host host = new Host(
                Map.of(),
                (links, extensions) -> running,
                new ProcessSignals(),
                Runtime.getRuntime()::halt,
                Optional::empty);
        Console console = new Console(System.out, System.err, Console.Verbosity.NORMAL, LogFormat.TEXT);
        System.exit(Tain.run(Arrays.asList(arguments).subList(1, arguments.length), host, console));
    }
}
