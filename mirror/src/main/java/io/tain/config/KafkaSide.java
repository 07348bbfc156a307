package io.tain.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;

/** The two sides of a link, each with Kafka's own definition of the settings that it may have. */
final class KafkaSide {
    static final KafkaSide SOURCE =
            new KafkaSide("source.", "consumer", ConsumerConfig.configDef(), ConsumerConfig.configNames());
    static final KafkaSide TARGET =
            new KafkaSide("target.", "producer", ProducerConfig.configDef(), ProducerConfig.configNames());

    private static final String BYTES = "org.apache.kafka.common.serialization.ByteArray";
    private static final Map<String, Object> CODERS = Map.of(
            "key.deserializer", BYTES + "Deserializer",
            "value.deserializer", BYTES + "Deserializer",
            "key.serializer", BYTES + "Serializer",
            "value.serializer", BYTES + "Serializer");

    private static final Set<String> CLASS_LISTS = Set.of("partition.assignment.strategy", "metric.reporters");

    private final String prefix;
    private final String client;
    private final ConfigDef definition;
    private final Set<String> names;

    private KafkaSide(String prefix, String client, ConfigDef definition, Set<String> clientNames) {
        this.prefix = prefix;
        this.client = client;
        this.definition = definition;
        this.names = new TreeSet<>(clientNames);
        this.names.addAll(AdminClientConfig.configNames());
    }

    String prefix() {
        return prefix;
    }

    /** What is meant by a key that lacks its side, or has another tool's prefix. */
    static Optional<String> meantKey(String key) {
        for (KafkaSide side : List.of(SOURCE, TARGET)) {
            String clientPrefix = side.client + ".";
            if (key.startsWith(clientPrefix) && side.names.contains(key.substring(clientPrefix.length()))) {
                return Optional.of("write " + side.prefix + key.substring(clientPrefix.length()));
            }
        }
        boolean source = SOURCE.names.contains(key);
        boolean target = TARGET.names.contains(key);
        if (source && target) {
            return Optional.of("write source." + key + " or target." + key);
        }
        if (source || target) {
            return Optional.of("write " + (source ? SOURCE : TARGET).prefix + key);
        }
        return Optional.empty();
    }

    /** Reports brokers that are no addresses, names that Kafka's clients do not know, and values that they would refuse. */
    void check(Settings settings, Problems problems) {
        checkNames(settings, problems);
        int before = problems.errors().size();
        BootstrapServers.check(settings, problems);
        checkValues(settings, problems);
        if (problems.errors().size() == before) {
            checkTogether(settings, problems);
        }
    }

    private void checkNames(Settings settings, Problems problems) {
        KafkaSide other = this == SOURCE ? TARGET : SOURCE;
        for (Setting setting : settings.all()) {
            String key = setting.key();
            if (names.contains(key) || key.startsWith("config.providers")) {
                continue;
            }
            if (other.names.contains(key)) {
                problems.warning(
                        setting, "is a setting of Kafka's " + other.client + " and does nothing for a " + client);
            } else {
                warnOfUnknown(setting, settings, problems);
            }
        }
    }

    private void warnOfUnknown(Setting setting, Settings settings, Problems problems) {
        Optional<String> near = Nearest.of(setting.key(), names);
        boolean perhapsSecret = setting.secret() || near.filter(Secrets::named).isPresent();
        problems.warning(
                setting.place(),
                perhapsSecret ? setting.writtenKey() : setting.shown(),
                "no setting of Kafka's " + client + "; passed on as it is, for plug-ins"
                        + near.map(name -> "; did you mean " + settings.spelled(name) + "?")
                                .orElse(""));
    }

    private void checkValues(Settings settings, Problems problems) {
        Map<String, String> values = settings.values();
        settings.all().stream().filter(Setting::unresolved).forEach(unresolved -> values.remove(unresolved.key()));
        settings.all().stream()
                .filter(setting -> values.containsKey(setting.key()) && !hasItsClasses(setting, problems))
                .forEach(setting -> values.remove(setting.key()));
        Map<String, ConfigValue> checked = definition.validateAll(values);
        for (Setting setting : settings.all()) {
            ConfigValue value = checked.get(setting.key());
            boolean ours = setting.key().equals("bootstrap.servers") || !values.containsKey(setting.key());
            if (value != null && !ours && !value.errorMessages().isEmpty()) {
                problems.error(setting, describe(setting, value.errorMessages()));
            } else if (CLASS_LISTS.contains(setting.key()) && values.containsKey(setting.key())) {
                checkClasses(setting, problems);
            }
        }
    }

    /** Reports a class that is there, while one that it needs is not: Kafka would not catch this error. */
    private boolean hasItsClasses(Setting setting, Problems problems) {
        ConfigDef.ConfigKey key = definition.configKeys().get(setting.key());
        boolean list = CLASS_LISTS.contains(setting.key());
        if (!list && (key == null || key.type != ConfigDef.Type.CLASS)) {
            return true;
        }
        for (String name : list ? setting.value().split(",", -1) : new String[] {setting.value()}) {
            try {
                ConfigDef.parseType(setting.key(), name, ConfigDef.Type.CLASS);
            } catch (LinkageError e) {
                problems.error(
                        setting,
                        "class " + name.strip() + " cannot be loaded; put all its jars on the CLASSPATH (" + e + ")");
                return false;
            } catch (ConfigException e) {
                return true; // reported with the values
            }
        }
        return true;
    }

    /** Kafka looks for the classes in these lists only when it makes a client. */
    private static void checkClasses(Setting setting, Problems problems) {
        for (String name : setting.value().split(",", -1)) {
            try {
                ConfigDef.parseType(setting.key(), name, ConfigDef.Type.CLASS);
            } catch (ConfigException e) {
                problems.error(setting, "no class " + name.strip() + "; put its jar on the CLASSPATH");
            }
        }
    }

    private String describe(Setting setting, List<String> messages) {
        ConfigDef.ConfigKey key = definition.configKeys().get(setting.key());
        String message = messages.get(0);
        String why = message.substring(message.indexOf(": ") < 0 ? 0 : message.indexOf(": ") + 2);
        boolean showable = !setting.secret() && !setting.hasVariable();
        return switch (key.type) {
            case INT, SHORT, LONG -> "write a whole number" + bounds(key);
            case DOUBLE -> "write a number" + bounds(key);
            case BOOLEAN -> "write true or false";
            case CLASS ->
                "write the name of a class whose jar is on the CLASSPATH" + (showable ? " (" + why + ")" : "");
            default -> showable ? why : "value is not allowed; Kafka takes " + key.validator;
        };
    }

    /** A Kafka range such as [0,...,900] or [1,...] in words. */
    private static String bounds(ConfigDef.ConfigKey key) {
        if (key.validator == null) {
            return "";
        }
        String range = key.validator.toString().replaceAll("[\\[\\]]", "");
        String[] ends = range.split(",\\.\\.\\.,?", -1);
        return ends.length < 2 || ends[1].isEmpty()
                ? ", " + ends[0] + " or more"
                : " from " + ends[0] + " to " + ends[1];
    }

    /** Kafka's rules about several settings; it stops at the first that is broken. */
    private void checkTogether(Settings settings, Problems problems) {
        Map<String, Object> values = new HashMap<>(settings.values());
        values.keySet().removeIf(key -> key.startsWith("config.providers"));
        boolean later = settings.all().stream().anyMatch(Setting::unresolved);
        if (later || !settings.has("bootstrap.servers")) {
            return;
        }
        values.putAll(CODERS);
        values.putIfAbsent("group.id", "checked-elsewhere");
        try {
            if (this == SOURCE) {
                new ConsumerConfig(values);
            } else {
                new ProducerConfig(values);
            }
        } catch (ConfigException e) {
            problems.error(settings.whole(), "", "settings of Kafka's " + client + ": " + e.getMessage());
        } catch (KafkaException | LinkageError e) {
            problems.error(settings.whole(), "", "settings of Kafka's " + client + " cannot be used: " + e);
        }
    }
}
