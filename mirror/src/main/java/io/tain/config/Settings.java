package io.tain.config;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The settings of one side of a link while they are being read, by name. Used by the one thread that reads them. */
final class Settings {
    private final Place whole;
    private final String prefix;
    private final Map<String, Setting> byKey = new LinkedHashMap<>();

    /**
     * @param whole the file they come from, for what is missing from it
     * @param prefix what stands before Kafka's name of a setting in that file: "source.", "target." or nothing
     */
    Settings(Place whole, String prefix) {
        this.whole = whole;
        this.prefix = prefix;
    }

    Place whole() {
        return whole;
    }

    /** A setting's name as it is to be written in this file. */
    String spelled(String key) {
        return prefix + key;
    }

    void put(Setting setting) {
        byKey.put(setting.key(), setting);
    }

    Optional<Setting> get(String key) {
        return Optional.ofNullable(byKey.get(key));
    }

    Optional<Setting> remove(String key) {
        return Optional.ofNullable(byKey.remove(key));
    }

    boolean has(String key) {
        return byKey.containsKey(key);
    }

    Collection<Setting> all() {
        return List.copyOf(byKey.values());
    }

    Map<String, String> values() {
        Map<String, String> values = new HashMap<>();
        byKey.forEach((key, setting) -> values.put(key, setting.value()));
        return values;
    }
}
