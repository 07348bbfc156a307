package io.tain.testkit;

import java.io.IOException;

/**
 * The main class of a broker process: Kafka's own, and a watch on the process that started it. When that one ends in
 * whatever way, the pipe to this process's standard input breaks, and this process halts.
 */
final class ChildMain {
    private ChildMain() {}

    public static void main(String[] args) {
        watchParent();
        kafka.Kafka.main(args);
    }

    static void watchParent() {
        Thread watch = new Thread(ChildMain::haltWithParent, "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }

    private static void haltWithParent() {
        try {
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        } catch (IOException broken) {
            Runtime.getRuntime().halt(1);
        }
        Runtime.getRuntime().halt(1);
    }
}
