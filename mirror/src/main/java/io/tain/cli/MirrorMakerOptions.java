package io.tain.cli;

import java.util.List;

/** Every option that MirrorMaker had in any release, and the few that Tain adds. */
final class MirrorMakerOptions {
    static final CommandOption CONSUMER_CONFIG = CommandOption.value(
                    "consumer.config",
                    "FILE",
                    "Properties of the source cluster's consumer. Required; give it again for each further source.")
            .repeatable();
    static final CommandOption PRODUCER_CONFIG =
            CommandOption.value("producer.config", "FILE", "Properties of the target cluster's producer. Required.");
    static final CommandOption INCLUDE =
            CommandOption.value("include", "REGEX", "Topics to mirror; a comma means or, * means all topics.");
    static final CommandOption WHITELIST =
            CommandOption.value("whitelist", "REGEX", "Old name of --include.").alsoWritten("white-list");
    static final CommandOption EXCLUDE = CommandOption.value(
            "exclude", "REGEX", "Topics to leave out, of the included ones or, without --include, of all.");
    static final CommandOption BLACKLIST =
            CommandOption.value("blacklist", "REGEX", "Old name of --exclude.").alsoWritten("black-list");
    static final CommandOption NUM_STREAMS =
            CommandOption.value("num.streams", "N", "Group members in this process. Default: 1.");
    static final CommandOption NUM_PRODUCERS =
            CommandOption.value("num.producers", "N", "Writers of each stream. Default: 1.");
    static final CommandOption QUEUE_SIZE =
            CommandOption.value("queue.size", "N", "Records that may wait between reader and writers. Default: 10000.");
    static final CommandOption QUEUE_BYTE_SIZE = CommandOption.value(
            "queue.byte.size", "BYTES", "Bytes that may wait between reader and writers. Default: 48MiB.");
    static final CommandOption COMMIT_INTERVAL = CommandOption.value(
            "offset.commit.interval.ms", "MS", "Time between commits to the source's group. Default: 5000.");
    static final CommandOption ABORT = CommandOption.value(
                    "abort.on.send.failure",
                    "true|false",
                    "Stop when a record cannot be written (true, the default), or count it and go on.")
            .alsoWritten("abortOnSendFail", "abort.on.send.fail");
    static final CommandOption LISTENER = CommandOption.value(
            "consumer.rebalance.listener", "CLASS", "A ConsumerRebalanceListener that is told of rebalances.");
    static final CommandOption LISTENER_ARGS = CommandOption.value(
                    "rebalance.listener.args", "TEXT", "Given to the listener's constructor.")
            .alsoWritten("consumer.rebalance.listener.args");
    static final CommandOption HANDLER =
            CommandOption.value("message.handler", "CLASS", "A MirrorMakerMessageHandler that rewrites every record.");
    static final CommandOption HANDLER_ARGS =
            CommandOption.value("message.handler.args", "TEXT", "Given to the handler's constructor.");
    static final CommandOption PLUGIN_PATH = CommandOption.value(
            "plugin.path", "PATH", "Jars and directories with these classes, beside the CLASSPATH.");
    static final CommandOption NEW_CONSUMER =
            CommandOption.flag("new.consumer", "No effect: there is but one consumer.");
    static final CommandOption NEW_PRODUCER =
            CommandOption.flag("new.producer", "No effect: there is but one producer.");
    static final CommandOption NO_DATA_LOSS = CommandOption.flag("no.data.loss", "No effect: it is always so.");
    static final CommandOption VERBOSE = CommandOption.flag("verbose", "Debug lines and stack traces; -v for short.");
    static final CommandOption HELP = CommandOption.flag("help", "Print this and exit; -h for short.");
    static final CommandOption VERSION = CommandOption.flag("version", "Print the version and exit.");

    /** In the order of the usage text. */
    static final List<CommandOption> ALL = List.of(
            CONSUMER_CONFIG,
            PRODUCER_CONFIG,
            INCLUDE,
            WHITELIST,
            EXCLUDE,
            BLACKLIST,
            NUM_STREAMS,
            NUM_PRODUCERS,
            QUEUE_SIZE,
            QUEUE_BYTE_SIZE,
            COMMIT_INTERVAL,
            ABORT,
            LISTENER,
            LISTENER_ARGS,
            HANDLER,
            HANDLER_ARGS,
            PLUGIN_PATH,
            NEW_CONSUMER,
            NEW_PRODUCER,
            NO_DATA_LOSS,
            VERBOSE,
            HELP,
            VERSION);

    /** Those that one letter is enough for. */
    static final List<CommandOption> SHORT = List.of(VERBOSE, HELP);

    private static final int DOC_COLUMN = 38;

    private MirrorMakerOptions() {}

    static String usage() {
        StringBuilder usage = new StringBuilder();
        usage.append(
                "Usage: tain mirror-maker --consumer.config FILE --producer.config FILE --include REGEX [OPTION...]\n");
        usage.append(
                "Continuously copies topics between Kafka clusters; takes the options of Kafka's MirrorMaker.\n\n");
        for (CommandOption option : ALL) {
            String left = "  " + option + (option.argument().isEmpty() ? "" : " " + option.argument());
            String gap =
                    left.length() < DOC_COLUMN ? " ".repeat(DOC_COLUMN - left.length()) : "\n" + " ".repeat(DOC_COLUMN);
            usage.append(left).append(gap).append(option.doc()).append('\n');
        }
        usage.append("\nOptions may be shortened as long as they stay unambiguous, and written --option=value.\n");
        usage.append("Exit status: 1 usage or start-up, 255 abnormal stop, 143 or 130 after SIGTERM or SIGINT.\n");
        return usage.toString();
    }
}
