package io.tain.config;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The options of the one admin server of a process, which any of its files may set. Used by the thread that reads them. */
final class AdminOptions {
    private final Problems problems;
    private final Map<String, Setting> given = new HashMap<>();
    private final Map<String, List<AdminConfig.Shown>> shown = new LinkedHashMap<>();

    AdminOptions(Problems problems) {
        this.problems = problems;
    }

    /** Takes these options out of a file's, and notes what the file may show. */
    void take(String link, OptionValues options, List<Setting> settings) {
        for (LinkOption<?> option :
                List.of(LinkOptions.ADMIN_LISTEN, LinkOptions.ADMIN_HOSTS, LinkOptions.ADMIN_TOKEN_FILE)) {
            options.setting(option).ifPresent(setting -> {
                Setting other = given.putIfAbsent(option.key(), setting);
                if (other != null && !other.value().equals(setting.value())) {
                    problems.error(
                            setting,
                            "is not what " + other.place()
                                    + " says; a process has one admin server: write the same in both");
                }
            });
        }
        shown.put(link, settings.stream().map(AdminOptions::show).toList());
    }

    private static AdminConfig.Shown show(Setting setting) {
        String value = setting.secret() ? Secrets.MASK : setting.text();
        return new AdminConfig.Shown(
                setting.writtenKey(), value, setting.place().toString());
    }

    AdminConfig read() {
        OptionValues values = new OptionValues(Place.of("admin"), problems);
        given.values().forEach(values::put);
        Optional<InetSocketAddress> listen = values.orDefault(LinkOptions.ADMIN_LISTEN);
        Optional<AdminToken> token =
                values.given(LinkOptions.ADMIN_TOKEN_FILE).flatMap(file -> token(Path.of(file), values));
        Set<String> hosts = values.given(LinkOptions.ADMIN_HOSTS).orElse(Set.of());
        return new AdminConfig(listen, hosts, token, shown);
    }

    /** As of an ssh key: who can read the file can change the mirror. */
    private void warnOfReaders(Path file, Setting setting) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view != null && view.readAttributes().permissions().contains(PosixFilePermission.OTHERS_READ)) {
            problems.warning(setting, "can be read by everybody on this machine: chmod o-r " + file);
        }
    }

    private Optional<AdminToken> token(Path file, OptionValues values) {
        Setting setting = values.setting(LinkOptions.ADMIN_TOKEN_FILE).orElseThrow();
        try {
            String secret = Files.readString(file).strip();
            warnOfReaders(file, setting);
            if (secret.length() >= AdminToken.SHORTEST && secret.chars().allMatch(c -> c > ' ' && c < 127)) {
                return Optional.of(new AdminToken(secret));
            }
            problems.error(
                    setting,
                    "holds no token of at least " + AdminToken.SHORTEST
                            + " characters without spaces; make one with: openssl rand -hex 32");
        } catch (MalformedInputException e) {
            problems.error(setting, "is no text; make a token with: openssl rand -hex 32");
        } catch (IOException e) {
            problems.error(setting, "can't be read: " + e);
        }
        return Optional.empty();
    }
}
