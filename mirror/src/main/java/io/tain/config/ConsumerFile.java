package io.tain.config;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How to reach a cluster, as Kafka's tools are told it: a consumer's properties file, addresses from the command line, or both.
 *
 * @param client Kafka consumer settings, variables resolved
 * @param warnings what the operator should know
 */
public record ConsumerFile(Map<String, Object> client, List<Problem> warnings) {
    private static final String SERVERS = "bootstrap.servers";

    public ConsumerFile {
        client = Map.copyOf(client);
        warnings = List.copyOf(warnings);
    }

    /**
     * @param file the properties file, if one is named
     * @param servers what {@code --bootstrap-server} says, which comes before the file's
     * @param environment what {@code ${env:NAME}} looks in
     */
    public static ConsumerFile read(Optional<Path> file, Optional<String> servers, Map<String, String> environment)
            throws InvalidConfigException {
        Problems problems = new Problems();
        Settings settings = new Settings(Place.of(file.map(Path::toString).orElse("command line")), "");
        file.flatMap(path -> PropertiesFile.read(path, problems)).ifPresent(read -> {
            Set<String> declared = read.settings().stream()
                    .filter(setting -> setting.key().equals("config.providers"))
                    .flatMap(setting -> Arrays.stream(setting.text().split("\\s*,\\s*")))
                    .collect(Collectors.toSet());
            Variables variables = Variables.of(environment);
            read.settings().forEach(setting -> settings.put(variables.resolve(setting, declared, problems)));
        });
        servers.ifPresent(given -> settings.put(
                new Setting(SERVERS, "--bootstrap-server", given.strip(), given.strip(), Place.of("command line"))));
        if (!problems.hasErrors()) {
            new SourceSide(settings, problems).read(BreakPolicies.HALT);
        }
        if (problems.hasErrors()) {
            throw new InvalidConfigException(problems);
        }
        return new ConsumerFile(new HashMap<>(settings.values()), problems.warnings());
    }
}
