package io.tain.config;

import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;

/** Which settings must never be shown: those that Kafka declares as passwords, and all whose names sound like one. */
final class Secrets {
    static final String MASK = "[hidden]";

    private static final Pattern NAMES = Pattern.compile(
            "passw|passphrase|pwd|secret|token(?!\\.endpoint)|jaas|credential|(?:^|[._-])key$|private[._]key(?![._]file)",
            Pattern.CASE_INSENSITIVE);

    private static final Set<String> PASSWORDS = Stream.of(
                    ConsumerConfig.configDef(), ProducerConfig.configDef(), AdminClientConfig.configDef())
            .flatMap(definition -> definition.configKeys().values().stream())
            .filter(key -> key.type == ConfigDef.Type.PASSWORD)
            .map(key -> key.name)
            .collect(Collectors.toUnmodifiableSet());

    private Secrets() {}

    /** @param key with or without the prefix of its side */
    static boolean named(String key) {
        return NAMES.matcher(key).find() || PASSWORDS.contains(key.replaceFirst("^(?:source|target)\\.", ""));
    }
}
