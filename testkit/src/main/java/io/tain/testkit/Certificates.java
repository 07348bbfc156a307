package io.tain.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A self-signed certificate for the loopback host, made with the JDK's keytool. */
public record Certificates(Path keyStore, Path trustStore) {
    /** Of both stores. */
    public static final String PASSWORD = "testkit-secret";

    public static Certificates create(Path directory) {
        Path keyStore = directory.resolve("broker.p12");
        Path certificate = directory.resolve("broker.pem");
        Path trustStore = directory.resolve("trust.p12");
        keytool(
                "-genkeypair -alias broker -keyalg EC -groupname secp256r1 -validity 2 -dname CN=localhost"
                        + " -ext san=dns:localhost,ip:127.0.0.1",
                keyStore,
                List.of());
        keytool("-exportcert -rfc -alias broker", keyStore, List.of("-file", certificate.toString()));
        keytool("-importcert -noprompt -alias broker", trustStore, List.of("-file", certificate.toString()));
        return new Certificates(keyStore, trustStore);
    }

    private static void keytool(String arguments, Path store, List<String> more) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments.split(" ")));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD, "-keystore", store.toString()));
        command.addAll(more);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output;
            try (InputStream stream = process.getInputStream()) {
                output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            }
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException("keytool ended with status " + status + ": " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while making a certificate.", e);
        }
    }
}
