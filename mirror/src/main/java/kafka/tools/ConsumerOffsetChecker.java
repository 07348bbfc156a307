package kafka.tools;

import io.tain.cli.Tain;

/** Kafka's ConsumerOffsetChecker by its old name: the same command line and columns, answered by Tain. */
public final class ConsumerOffsetChecker {
    private ConsumerOffsetChecker() {}

    public static void main(String[] args) {
        Tain.consumerOffsetChecker(args);
    }
}
