package io.tain.config;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks {@code bootstrap.servers} entry by entry, so that a slip in one of them is named and mended. */
final class BootstrapServers {
    private static final Pattern HOST_PORT =
            Pattern.compile("(?:[A-Za-z0-9_]+://)?(\\[[0-9A-Fa-f:.%]+]|[^\\s:/\\[\\]]+):(-?\\d+)");
    private static final Pattern HOST_DASH_PORT = Pattern.compile("(.+?)[-_;/ ](\\d{2,5})");
    private static final Pattern OLD_BROKER = Pattern.compile("\\d+:([^:]+:\\d+)");
    private static final int MAX_PORT = 65535;

    private BootstrapServers() {}

    static void check(Settings settings, Problems problems) {
        Optional<Setting> setting = settings.get("bootstrap.servers");
        if (setting.isEmpty()) {
            problems.error(
                    settings.whole(),
                    settings.spelled("bootstrap.servers"),
                    "is missing; set it to the cluster's brokers: " + settings.spelled("bootstrap.servers")
                            + "=host1:9092,host2:9092");
            return;
        }
        if (setting.get().unresolved()) {
            return;
        }
        if (setting.get().value().isBlank()) {
            problems.error(setting.get(), "is empty; write host1:9092,host2:9092");
            return;
        }
        for (String entry : setting.get().value().split(",", -1)) {
            String complaint = complaint(entry.strip());
            if (!complaint.isEmpty()) {
                problems.error(setting.get(), complaint);
            }
        }
    }

    private static String complaint(String entry) {
        Matcher good = HOST_PORT.matcher(entry);
        if (good.matches()) {
            String port = good.group(2);
            boolean inRange = port.length() <= 5 && Integer.parseInt(port) >= 1 && Integer.parseInt(port) <= MAX_PORT;
            return inRange ? "" : "entry '" + entry + "': port " + port + " is not from 1 to " + MAX_PORT;
        }
        if (entry.isEmpty()) {
            return "an entry is empty; take the extra comma out";
        }
        Matcher oldBroker = OLD_BROKER.matcher(entry);
        if (oldBroker.matches()) {
            return "entry '" + entry + "' begins with a broker id; write " + oldBroker.group(1);
        }
        Matcher dash = HOST_DASH_PORT.matcher(entry);
        if (dash.matches() && !entry.contains(":")) {
            return "entry '" + entry + "' has no port; write " + dash.group(1) + ":" + dash.group(2);
        }
        return entry.contains(":")
                ? "entry '" + entry + "' is not host:port; write it as host:9092"
                : "entry '" + entry + "' has no port; write " + entry + ":9092";
    }
}
