package io.tain.testkit;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.apache.kafka.metadata.storage.Formatter;

/** Formats the directories of new nodes, as kafka-storage does. */
final class Storage {
    private Storage() {}

    static void format(Layout layout) {
        for (NodeLayout node : layout.nodes()) {
            String directory = node.directory().toString();
            try (PrintStream nowhere =
                    new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
                Files.createDirectories(node.directory());
                new Formatter()
                        .setPrintStream(nowhere)
                        .setNodeId(node.nodeId())
                        .setClusterId(layout.clusterId())
                        .addDirectory(directory)
                        .setMetadataLogDirectory(directory)
                        .setControllerListenerName(Layout.CONTROLLER)
                        .run();
            } catch (Exception e) {
                throw new IllegalStateException("Cannot format " + directory + " for node " + node.nodeId() + ".", e);
            }
        }
    }
}
