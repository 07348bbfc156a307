package io.tain.cli;

import io.tain.config.InvalidConfigException;
import io.tain.config.LinkConfig;
import io.tain.config.LinkFiles;
import io.tain.config.Links;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code FILE...}, mixed into commands that speak of links. */
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
final class LinkArguments {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "0..*", paramLabel = "FILE", description = "A link's properties file.")
    private List<Path> files = List.of();

    /** The links of the files; empty if they are wrong, which is then on stderr. */
    Optional<List<LinkConfig>> read(Host host, Console console) {
        return links(host, console).map(Links::configs);
    }

    /** The same, with what they share. */
    Optional<Links> links(Host host, Console console) {
        if (files.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "no FILE; name a link's properties file");
        }
        return read(files, host, console);
    }

    static Optional<Links> read(List<Path> files, Host host, Console console) {
        try {
            Links links = LinkFiles.read(files, host.environment());
            links.warnings().forEach(console::problem);
            return Optional.of(links);
        } catch (InvalidConfigException e) {
            e.warnings().forEach(console::problem);
            e.errors().forEach(console::problem);
            return Optional.empty();
        }
    }
}
