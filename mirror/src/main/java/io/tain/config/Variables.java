package io.tain.config;

import java.nio.file.InvalidPathException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigTransformer;
import org.apache.kafka.common.config.provider.ConfigProvider;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;

/** Resolves {@code ${env:VAR}}, {@code ${file:/path:key}} and {@code ${dir:/path:file}} by Kafka's own providers. */
final class Variables {
    private final Map<String, ConfigProvider> providers = new TreeMap<>();
    private final ConfigTransformer transformer;

    private Variables(Map<String, String> environment) {
        providers.put("env", new EnvVarConfigProvider(environment));
        providers.put("file", new FileConfigProvider());
        providers.put("dir", new DirectoryConfigProvider());
        providers.values().forEach(provider -> provider.configure(Map.of()));
        transformer = new ConfigTransformer(providers);
    }

    static Variables of(Map<String, String> environment) {
        return new Variables(environment);
    }

    /**
     * The setting with its variables resolved. Variables of providers that the operator declared for Kafka's client
     * ({@code config.providers}) are left to the client.
     */
    Setting resolve(Setting setting, Set<String> declared, Problems problems) {
        if (!setting.hasVariable()) {
            return setting;
        }
        Matcher variable = ConfigTransformer.DEFAULT_PATTERN.matcher(setting.text());
        StringBuilder resolved = new StringBuilder();
        boolean complete = true;
        while (variable.find()) {
            String whole = variable.group();
            Optional<String> value = Optional.of(whole);
            if (!declared.contains(variable.group(1))) {
                value = look(setting, whole, variable.group(1), problems);
                complete &= value.isPresent();
            }
            variable.appendReplacement(resolved, Matcher.quoteReplacement(value.orElse(whole)));
        }
        variable.appendTail(resolved);
        return complete ? setting.withValue(resolved.toString()) : setting;
    }

    private Optional<String> look(Setting setting, String variable, String provider, Problems problems) {
        if (!providers.containsKey(provider)) {
            problems.error(
                    setting,
                    "unknown provider '" + provider + "' in " + variable + "; known are ${env:NAME}, "
                            + "${file:/path/file.properties:key} and ${dir:/path:file}");
            return Optional.empty();
        }
        try {
            String value =
                    transformer.transform(Map.of("value", variable)).data().get("value");
            if (value != null && !value.equals(variable)) {
                return Optional.of(value);
            }
            problems.error(setting, variable + " has no value; " + remedy(provider));
        } catch (ConfigException | InvalidPathException e) {
            problems.error(setting, variable + " cannot be read; " + remedy(provider) + " (" + e.getMessage() + ")");
        }
        return Optional.empty();
    }

    private static String remedy(String provider) {
        return switch (provider) {
            case "env" -> "set that environment variable";
            case "file" -> "check that the file can be read and has that key";
            default -> "check that the directory holds that file and that it can be read";
        };
    }
}
