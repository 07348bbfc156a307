package io.tain.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which release of Tain this is, and of the Kafka client in it. */
public final class Version {
    private static final String UNKNOWN = "unknown";

    private Version() {}

    static String line() {
        return "tain " + ofTain() + " (kafka-clients " + ofKafkaClients() + ", Java "
                + System.getProperty("java.version") + ")";
    }

    public static String ofTain() {
        return read("/tain-version.properties");
    }

    public static String ofKafkaClients() {
        return read("/kafka/kafka-version.properties");
    }

    private static String read(String resource) {
        Properties properties = new Properties();
        try (InputStream in = Version.class.getResourceAsStream(resource)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            return UNKNOWN;
        }
        return properties.getProperty("version", UNKNOWN);
    }
}
