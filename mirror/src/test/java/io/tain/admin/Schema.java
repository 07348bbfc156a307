package io.tain.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.Yaml;

/** Holds JSON to the schemas of {@code openapi.yaml}; more strictly than it asks for, as a field it does not name is wrong, too. */
final class Schema {
    private final Map<String, Object> document;
    private final List<String> problems = new ArrayList<>();

    Schema(String yaml) {
        this.document = new Yaml().load(yaml);
    }

    Map<String, Object> paths() {
        return map(document.get("paths"));
    }

    /** The statuses that each operation answers with. */
    List<Set<String>> responses() {
        return paths().values().stream()
                .flatMap(path -> map(path).values().stream())
                .map(operation -> map(map(operation).get("responses")).keySet())
                .toList();
    }

    /** What is wrong with a body as an instance of the schema of that name. */
    List<String> problems(String name, String body) {
        problems.clear();
        Object value = new Yaml().load(body.replace("\t", " ")); // JSON is YAML
        check(name, Map.of("$ref", "#/components/schemas/" + name), value);
        return List.copyOf(problems);
    }

    private void check(String place, Map<String, Object> given, Object value) {
        Map<String, Object> schema = resolve(given);
        if (value == null) {
            require(Boolean.TRUE.equals(schema.get("nullable")), place + " is null");
            return;
        }
        switch ((String) schema.get("type")) {
            case "object" -> checkObject(place, schema, value);
            case "array" -> {
                require(value instanceof List, place + " is no array");
                int index = 0;
                for (Object item : (List<?>) value) {
                    check(place + "[" + index++ + "]", map(schema.get("items")), item);
                }
            }
            case "integer" -> require(value instanceof Integer || value instanceof Long, place + " is no integer");
            case "number" -> require(value instanceof Number, place + " is no number");
            case "boolean" -> require(value instanceof Boolean, place + " is no boolean");
            default -> {
                List<?> choices = (List<?>) schema.get("enum");
                require(value instanceof String, place + " is no text");
                require(choices == null || choices.contains(value), place + " is " + value);
            }
        }
    }

    private void checkObject(String place, Map<String, Object> schema, Object value) {
        Map<String, Object> fields = map(value);
        Map<String, Object> known = schema.containsKey("properties") ? map(schema.get("properties")) : Map.of();
        if (schema.get("required") instanceof List<?> required) {
            required.forEach(field -> require(fields.containsKey(field), place + "." + field + " is missing"));
        }
        fields.forEach((field, part) -> {
            if (known.containsKey(field)) {
                check(place + "." + field, map(known.get(field)), part);
            } else if (schema.containsKey("additionalProperties")) {
                check(place + "." + field, map(schema.get("additionalProperties")), part);
            } else {
                problems.add(place + "." + field + " is not described");
            }
        });
    }

    private Map<String, Object> resolve(Map<String, Object> schema) {
        if (!schema.containsKey("$ref")) {
            return schema;
        }
        Object found = document;
        for (String step : ((String) schema.get("$ref")).substring(2).split("/", -1)) {
            found = map(found).get(step);
        }
        return map(found);
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            problems.add(otherwise);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
