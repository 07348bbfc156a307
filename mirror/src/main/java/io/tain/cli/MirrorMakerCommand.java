package io.tain.cli;

import io.tain.batch.RecordHandler;
import io.tain.config.InvalidConfigException;
import io.tain.config.LinkOptions;
import io.tain.config.Links;
import io.tain.config.MirrorMakerLinks;
import io.tain.config.MirrorMakerSettings;
import io.tain.config.OnRefused;
import io.tain.link.Extensions;
import io.tain.link.Outcome;
import io.tain.link.StartFailure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;

/** {@code tain mirror-maker}: MirrorMaker's command line and exit statuses. */
final class MirrorMakerCommand {
    private static final long SHORTEST_COMMIT_INTERVAL_MS = 100;

    private final ParsedOptions options;
    private final Host host;
    private final Console console;
    private final List<String> errors = new ArrayList<>();

    private MirrorMakerCommand(ParsedOptions options, Host host, Console console) {
        this.options = options;
        this.host = host;
        this.console = console;
    }

    static int run(List<String> arguments, Host host, Console console) throws InterruptedException {
        if (arguments.isEmpty()) {
            console.err().print(MirrorMakerOptions.usage());
            return ExitStatus.MIRROR_MAKER_START;
        }
        ParsedOptions options = ParsedOptions.of(MirrorMakerOptions.ALL, arguments);
        if (options.has(MirrorMakerOptions.HELP)) {
            console.out().print(MirrorMakerOptions.usage());
            return ExitStatus.OK;
        }
        if (options.has(MirrorMakerOptions.VERSION)) {
            console.out().println(Version.line());
            return ExitStatus.OK;
        }
        Console.Verbosity verbosity =
                options.has(MirrorMakerOptions.VERBOSE) ? Console.Verbosity.VERBOSE : console.verbosity();
        Logging.configure(verbosity, console.format());
        return new MirrorMakerCommand(options, host, console.with(verbosity)).run();
    }

    private int run() throws InterruptedException {
        errors.addAll(options.errors());
        options.warnings().forEach(console::warning);
        noteOptionsWithoutEffect();
        Optional<Extensions> extensions = extensions();
        Optional<Links> links = settings().flatMap(this::read);
        errors.forEach(console::error);
        if (!errors.isEmpty() || links.isEmpty() || extensions.isEmpty()) {
            return ExitStatus.MIRROR_MAKER_START;
        }
        return mirror(links.get(), extensions.get());
    }

    private int mirror(Links links, Extensions extensions) throws InterruptedException {
        MirrorProcess process = new MirrorProcess(links, extensions, host, console);
        DroppedMessages dropped = new DroppedMessages(process::refusedRecords);
        try {
            MirrorProcess.End end = process.run();
            end.outcome().cause().ifPresent(console::error);
            Outcome.Kind kind = end.outcome().kind();
            if (kind != Outcome.Kind.STOPPED && kind != Outcome.Kind.HALTED) {
                return MirrorProcess.ended(end.how(), ExitStatus.MIRROR_MAKER_ABNORMAL);
            }
            return MirrorProcess.ended(
                    end.how(),
                    end.signal().isPresent() ? ExitStatus.ofSignal(end.signal().getAsInt()) : ExitStatus.OK);
        } catch (StartFailure e) {
            console.failure(e.getMessage(), e);
            return ExitStatus.MIRROR_MAKER_START;
        } finally {
            dropped.close();
        }
    }

    private Optional<Links> read(MirrorMakerSettings settings) {
        try {
            Links links = MirrorMakerLinks.read(settings, host.environment());
            links.warnings().forEach(console::problem);
            return Optional.of(links);
        } catch (InvalidConfigException e) {
            e.warnings().forEach(console::problem);
            e.errors().forEach(console::problem);
            return Optional.empty();
        }
    }

    /** Empty if so much is missing that there is nothing to read. */
    private Optional<MirrorMakerSettings> settings() {
        List<ParsedOptions.Written> consumers = options.values(MirrorMakerOptions.CONSUMER_CONFIG);
        Optional<ParsedOptions.Written> producer = options.value(MirrorMakerOptions.PRODUCER_CONFIG);
        if (consumers.isEmpty()) {
            errors.add("--consumer.config is missing; name the properties file of the source cluster's consumer");
        }
        if (producer.isEmpty()) {
            errors.add("--producer.config is missing; name the properties file of the target cluster's producer");
        }
        Optional<MirrorMakerSettings.Given> include =
                oneOf(MirrorMakerOptions.INCLUDE, MirrorMakerOptions.WHITELIST, LinkOptions.INCLUDE.key());
        Optional<MirrorMakerSettings.Given> exclude =
                oneOf(MirrorMakerOptions.EXCLUDE, MirrorMakerOptions.BLACKLIST, LinkOptions.EXCLUDE.key());
        if (include.isEmpty() && exclude.isEmpty()) {
            errors.add("no topics: --include (or --whitelist) is missing; write --include '.*' for all topics");
        }
        OnRefused onRefused = onRefused();
        List<MirrorMakerSettings.Given> tuning = tuning();
        if (consumers.isEmpty() || producer.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new MirrorMakerSettings(
                consumers.stream().map(written -> Path.of(written.value())).toList(),
                Path.of(producer.get().value()),
                include,
                exclude,
                tuning,
                onRefused));
    }

    /** The value of an option that has an old name; the new name wins, as it did in MirrorMaker. */
    private Optional<MirrorMakerSettings.Given> oneOf(CommandOption option, CommandOption oldName, String key) {
        if (options.has(option) && options.has(oldName)) {
            console.warning(oldName + " does not count, because " + option + " is given too; leave one out");
        }
        return options.value(option)
                .or(() -> options.value(oldName))
                .map(written -> new MirrorMakerSettings.Given(written.option(), key, written.value()));
    }

    private List<MirrorMakerSettings.Given> tuning() {
        List<MirrorMakerSettings.Given> given = new ArrayList<>();
        tune(MirrorMakerOptions.NUM_STREAMS, LinkOptions.STREAMS.key(), given);
        tune(MirrorMakerOptions.NUM_PRODUCERS, LinkOptions.PRODUCERS.key(), given);
        tune(MirrorMakerOptions.QUEUE_SIZE, LinkOptions.QUEUE_SIZE.key(), given);
        tune(MirrorMakerOptions.QUEUE_BYTE_SIZE, LinkOptions.MEMORY_BUDGET.key(), given);
        options.value(MirrorMakerOptions.COMMIT_INTERVAL).ifPresent(written -> {
            String text = written.value();
            if (text.matches("-?\\d{1,18}") && Long.parseLong(text) < SHORTEST_COMMIT_INTERVAL_MS) {
                console.warning(written.option() + " " + text + ": commits are made every "
                        + SHORTEST_COMMIT_INTERVAL_MS + " ms at most; write " + SHORTEST_COMMIT_INTERVAL_MS
                        + " or more");
                text = Long.toString(SHORTEST_COMMIT_INTERVAL_MS);
            }
            given.add(new MirrorMakerSettings.Given(written.option(), LinkOptions.COMMIT_INTERVAL.key(), text));
        });
        return given;
    }

    private void tune(CommandOption option, String key, List<MirrorMakerSettings.Given> given) {
        options.value(option)
                .map(written -> new MirrorMakerSettings.Given(written.option(), key, written.value()))
                .ifPresent(given::add);
    }

    private OnRefused onRefused() {
        Optional<ParsedOptions.Written> abort = options.value(MirrorMakerOptions.ABORT);
        String text = abort.map(ParsedOptions.Written::value).orElse("true").toLowerCase(Locale.ROOT);
        if (text.equals("true")) {
            return OnRefused.ABORT;
        }
        if (!text.equals("false")) {
            errors.add(abort.map(ParsedOptions.Written::option).orElse("") + " " + text + ": write true or false");
        }
        return OnRefused.SKIP;
    }

    private Optional<Extensions> extensions() {
        PluginLoader plugins;
        try {
            plugins = PluginLoader.of(options.value(MirrorMakerOptions.PLUGIN_PATH)
                    .map(ParsedOptions.Written::value)
                    .orElse(""));
        } catch (PluginLoader.UnusableClass e) {
            errors.add(e.getMessage());
            return Optional.empty();
        }
        Thread.currentThread().setContextClassLoader(plugins.classLoader());
        Optional<RecordHandler> handler =
                load(MirrorMakerOptions.HANDLER, MirrorMakerOptions.HANDLER_ARGS, plugins::messageHandler);
        Optional<ConsumerRebalanceListener> listener =
                load(MirrorMakerOptions.LISTENER, MirrorMakerOptions.LISTENER_ARGS, plugins::rebalanceListener);
        return Optional.of(new Extensions(handler, listener));
    }

    private interface Loading<T> {
        T load(String className, Optional<String> argument) throws PluginLoader.UnusableClass;
    }

    private <T> Optional<T> load(CommandOption option, CommandOption argument, Loading<T> loading) {
        Optional<String> text = options.value(argument).map(ParsedOptions.Written::value);
        if (!options.has(option)) {
            text.ifPresent(unused -> console.warning(argument + " has no effect without " + option));
            return Optional.empty();
        }
        try {
            String className = options.value(option).orElseThrow().value().strip();
            return Optional.of(loading.load(className, text));
        } catch (PluginLoader.UnusableClass e) {
            errors.add(e.getMessage());
            return Optional.empty();
        }
    }

    private void noteOptionsWithoutEffect() {
        for (CommandOption option : List.of(
                MirrorMakerOptions.NEW_CONSUMER, MirrorMakerOptions.NEW_PRODUCER, MirrorMakerOptions.NO_DATA_LOSS)) {
            if (options.has(option)) {
                console.warning(option + ": " + option.doc());
            }
        }
    }
}
