package io.tain.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The compression codecs of Kafka's record batches, with the ids they have in a batch's attributes (bits 0-2). */
public enum Codec {
    NONE(0),
    GZIP(1),
    SNAPPY(2),
    LZ4(3),
    ZSTD(4);

    private static final Codec[] BY_ID = values();

    /** Asked for with every batch. */
    private static final List<Optional<Codec>> FOUND =
            Arrays.stream(BY_ID).map(Optional::of).toList();

    private final int id;

    Codec(int id) {
        this.id = id;
    }

    public int id() {
        return id;
    }

    /** The codec with this id, or empty for the ids no Kafka release has given a meaning (5 to 7). */
    public static Optional<Codec> ofId(int id) {
        return id >= 0 && id < BY_ID.length ? FOUND.get(id) : Optional.empty();
    }

    /** The codec that {@code compression.type} names, in any case. */
    public static Optional<Codec> ofName(String name) {
        for (Codec codec : BY_ID) {
            if (codec.name().equals(name.trim().toUpperCase(Locale.ROOT))) {
                return Optional.of(codec);
            }
        }
        return Optional.empty();
    }
}
