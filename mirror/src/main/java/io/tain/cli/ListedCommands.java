package io.tain.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Commands that {@code tain --help} lists although something else answers them. */
final class ListedCommands {
    private ListedCommands() {}

    @Command(name = "mirror-maker", description = "Mirrors topics, told by the options of Kafka's MirrorMaker.")
    static final class MirrorMaker {}

    @Command(
            name = "consumer-offset-checker",
            description = "Shows a group's lag, as Kafka's ConsumerOffsetChecker did.")
    static final class ConsumerOffsetChecker {}

    @Command(name = "demo", description = "Shows it all: two clusters, a load, a mirror between them and an audit.")
    static final class Demo extends Started {
        Demo(Console console) {
            super("demo", console);
        }
    }

    @Command(name = "bench", description = "Measures the mirror beside others on this machine.")
    static final class Bench extends Started {
        Bench(Console console) {
            super("bench", console);
        }
    }

    @Command
    private static class Started implements Callable<Integer> {
        private final String name;
        private final Console console;

        Started(String name, Console console) {
            this.name = name;
            this.console = console;
        }

        @Override
        public Integer call() {
            console.error("'" + name + "' is a program of its own; start it by the tain script: ./tain " + name);
            return ExitStatus.USAGE;
        }
    }
}
