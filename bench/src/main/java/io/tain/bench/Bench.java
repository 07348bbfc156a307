package io.tain.bench;

/** {@code tain bench}: says that there is no benchmark yet. */
public final class Bench {
    private Bench() {}

    public static void main(String[] args) {
        System.err.println("There is no benchmark here yet. ./tain demo shows the mirror at work.");
        System.exit(1);
    }
}
