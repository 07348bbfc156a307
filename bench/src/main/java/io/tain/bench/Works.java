package io.tain.bench;

import io.tain.bench.Work.Kind;
import io.tain.bench.Work.Link;
import io.tain.bench.Work.Load;
import io.tain.bench.Work.Side;
import io.tain.config.Codec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** All works of the benchmark, by name. */
final class Works {
    /** More than 10^9 bytes of values. */
    private static final long COPY_RECORDS = 2_800_000;

    private static final long QUICK_RECORDS = 1_200_000;
    private static final int KEYS = 10_000;
    private static final Map<String, Integer> BATCHES = batches();
    private static final List<Codec> CODECS = List.of(Codec.NONE, Codec.LZ4, Codec.ZSTD, Codec.GZIP);
    static final String LATENCY = "latency";

    /** Where exactly once is compared with at least once, as is the latency. */
    static final String DELIVERY = "lz4-64k";

    static final String PARTITIONS = "partitions";
    static final String VERIFY = "verify";
    private static final List<String> QUICK = List.of(DELIVERY, LATENCY, PARTITIONS);

    private Works() {}

    static List<Work> all() {
        List<Work> works = new ArrayList<>();
        BATCHES.forEach((batch, bytes) -> CODECS.forEach(
                codec -> works.add(copy(copyName(codec, batch), new Load(codec, bytes, COPY_RECORDS, 0)))));
        works.add(copy("lz4-64k-keyed", new Load(Codec.LZ4, BATCHES.get("64k"), COPY_RECORDS, KEYS)));
        works.add(new Work(LATENCY, Kind.LATENCY, new Load(Codec.LZ4, BATCHES.get("64k"), 0, 0), Optional.empty()));
        for (Side side : Side.values()) {
            for (int roundTripMs : List.of(50, 100)) {
                BATCHES.forEach((batch, bytes) -> works.add(new Work(
                        linkName(side, roundTripMs, batch),
                        Kind.COPY,
                        new Load(Codec.LZ4, bytes, COPY_RECORDS, 0),
                        Optional.of(new Link(side, roundTripMs)))));
            }
        }
        works.add(
                new Work(PARTITIONS, Kind.PARTITIONS, new Load(Codec.LZ4, BATCHES.get("16k"), 0, 0), Optional.empty()));
        Load compared = new Load(Codec.LZ4, BATCHES.get("64k"), COPY_RECORDS, 0);
        works.add(new Work(VERIFY, Kind.VERIFY, compared, Optional.empty()));
        return works;
    }

    /** A choice that takes less than three minutes. */
    static List<Work> quick() {
        return all().stream()
                .filter(work -> QUICK.contains(work.name()))
                .map(work -> work.withRecords(QUICK_RECORDS))
                .toList();
    }

    static String copyName(Codec codec, String batch) {
        return codec.name().toLowerCase(Locale.ROOT) + "-" + batch;
    }

    static String linkName(Side side, int roundTripMs, String batch) {
        return "link-" + roundTripMs + "ms-" + side.name().toLowerCase(Locale.ROOT) + "-" + batch;
    }

    private static Work copy(String name, Load load) {
        return new Work(name, Kind.COPY, load, Optional.empty());
    }

    private static Map<String, Integer> batches() {
        Map<String, Integer> batches = new LinkedHashMap<>();
        batches.put("64k", 64 << 10);
        batches.put("16k", 16 << 10);
        batches.put("1rec", Load.ONE_RECORD);
        return batches;
    }
}
