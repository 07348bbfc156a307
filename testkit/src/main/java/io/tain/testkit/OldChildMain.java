package io.tain.testkit;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * The main class of a process with a broker of an earlier release and its ZooKeeper. Runs with that release's jars, so it uses
 * nothing but what all releases have.
 */
final class OldChildMain {
    /** Of the settings of a broker: where it finds ZooKeeper, as {@code host:port}. */
    static final String ZOOKEEPER = "zookeeper.connect";

    private OldChildMain() {}

    /** @param args the file with the broker's settings */
    public static void main(String[] args) throws IOException {
        ChildMain.watchParent();
        Path settings = Path.of(args[0]);
        Path logging = Files.writeString(settings.resolveSibling("log4j.properties"), """
                log4j.rootLogger=WARN, console
                log4j.appender.console=org.apache.log4j.ConsoleAppender
                log4j.appender.console.layout=org.apache.log4j.PatternLayout
                log4j.appender.console.layout.ConversionPattern=%d %p %c{1} %m%n
                """);
        System.setProperty("log4j.configuration", logging.toUri().toString());
        String zooKeeper = writeZooKeeper(settings);
        Thread thread = new Thread(() -> runZooKeeper(zooKeeper), "zookeeper");
        thread.setDaemon(true);
        thread.start();
        kafka.Kafka.main(args);
    }

    private static String writeZooKeeper(Path settings) throws IOException {
        Properties broker = new Properties();
        try (InputStream in = new FileInputStream(settings.toFile())) {
            broker.load(in);
        }
        String[] address = broker.getProperty(ZOOKEEPER).split(":", -1);
        Path file = settings.resolveSibling("zookeeper.properties");
        Files.writeString(
                file,
                "dataDir=" + settings.resolveSibling("zookeeper") + "\nclientPortAddress=" + address[0]
                        + "\nclientPort=" + address[1] + "\nadmin.enableServer=false\nmaxClientCnxns=0\n");
        return file.toString();
    }

    private static void runZooKeeper(String file) {
        try {
            Class.forName("org.apache.zookeeper.server.ZooKeeperServerMain")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) new String[] {file});
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
