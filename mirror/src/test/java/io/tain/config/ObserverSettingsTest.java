package io.tain.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ObserverSettingsTest {
    private static final Map<String, Object> CLIENT = Map.of(
            "bootstrap.servers", "host:9092",
            "config.providers", "vault",
            "config.providers.vault.class", "com.example.Vault",
            "com.example.login.file", "/etc/login",
            "sasl.jaas.config", "secret",
            "group.id", "g",
            "fetch.min.bytes", "5",
            "linger.ms", "5",
            "client.id", "c");

    @Test
    void shouldGiveAdminClientsWhatPluginsNeedAndNothingOfOtherClients() {
        assertThat(ObserverSettings.admin(CLIENT, "c-admin"))
                .containsOnly(
                        Map.entry("bootstrap.servers", "host:9092"),
                        Map.entry("config.providers", "vault"),
                        Map.entry("config.providers.vault.class", "com.example.Vault"),
                        Map.entry("com.example.login.file", "/etc/login"),
                        Map.entry("sasl.jaas.config", "secret"),
                        Map.entry("client.id", "c-admin"));
    }

    @Test
    void shouldGiveReadersTheSameWithoutTheGroup() {
        assertThat(ObserverSettings.reader(CLIENT, "c-reader"))
                .containsEntry("config.providers", "vault")
                .containsEntry("com.example.login.file", "/etc/login")
                .containsEntry("client.id", "c-reader")
                .doesNotContainKeys("group.id", "fetch.min.bytes", "linger.ms");
    }
}
