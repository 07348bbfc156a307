package io.tain.config;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the settings of a link's target. */
final class TargetSide {
    private static final String ACKS = "acks";
    private static final String IDEMPOTENCE = "enable.idempotence";
    private static final String IN_FLIGHT = "max.in.flight.requests.per.connection";
    private static final String DELIVERY = "delivery.timeout.ms";
    private static final String RETRIES = "retries";
    private static final int MAX_IDEMPOTENT_IN_FLIGHT = 5;

    /** Settings about the producer's own buffering, which batches that are sent on as they are do not pass. */
    private static final List<String> BUFFERING = List.of("batch.size", "linger.ms", "buffer.memory", "max.block.ms");

    private final Settings settings;
    private final Problems problems;

    TargetSide(Settings settings, Problems problems) {
        this.settings = settings;
        this.problems = problems;
        OldSpellings.apply(KafkaSide.TARGET, settings, problems);
    }

    TargetConfig read(OnRefused onRefused) {
        ignore("key.serializer", "records are copied as bytes; ignored");
        ignore("value.serializer", "records are copied as bytes; ignored");
        ignore("transactional.id", "nothing is written in transactions; ignored");
        ignore("partitioner.class", "records keep their partition; ignored");
        ignore(
                "interceptor.classes",
                "interceptors do not see records, which are sent on in whole batches (a message handler does); ignored");
        warnOfBuffering();
        Optional<Setting> inFlight = settings.get(IN_FLIGHT);
        TargetConfig.Guarantees guarantees = guarantees();
        // Checked above, with the remedy; left in, Kafka would complain a second time.
        boolean contradictory = contradictory(guarantees);
        if (contradictory) {
            inFlight.ifPresent(setting -> settings.remove(IN_FLIGHT));
        }
        Optional<Setting> idempotence = contradictory ? settings.remove(IDEMPOTENCE) : Optional.empty();
        KafkaSide.TARGET.check(settings, problems);
        idempotence.ifPresent(settings::put);
        inFlight.ifPresent(settings::put);
        return new TargetConfig(
                new HashMap<>(settings.values()),
                guarantees,
                settings.get("compression.type").flatMap(setting -> Codec.ofName(setting.value())),
                number("max.request.size"),
                number(DELIVERY).filter(millis -> millis != Integer.MAX_VALUE).map(Duration::ofMillis),
                onRefused);
    }

    /** Settings that ask for less than Kafka's strongest guarantees; none if they are refused for another reason. */
    static List<Setting> weakened(Settings settings) {
        Optional<Setting> acks =
                settings.get(ACKS).filter(setting -> Set.of("0", "1").contains(setting.value()));
        Optional<Setting> off =
                settings.get(IDEMPOTENCE).filter(setting -> setting.value().equalsIgnoreCase("false"));
        boolean contradictory = acks.isPresent() && settings.has(IDEMPOTENCE) && off.isEmpty();
        return contradictory
                ? List.of()
                : Stream.of(acks, off).flatMap(Optional::stream).toList();
    }

    private TargetConfig.Guarantees guarantees() {
        short acks = settings.get(ACKS)
                .map(setting -> switch (setting.value()) {
                    case "0" -> (short) 0;
                    case "1" -> (short) 1;
                    default -> (short) -1;
                })
                .orElse((short) -1);
        boolean idempotent = settings.get(IDEMPOTENCE)
                .map(setting -> !setting.value().equalsIgnoreCase("false"))
                .orElse(acks == -1);
        int inFlight = number(IN_FLIGHT).filter(count -> count >= 1).orElse(idempotent ? MAX_IDEMPOTENT_IN_FLIGHT : 1);
        return new TargetConfig.Guarantees(acks, idempotent, inFlight);
    }

    /** Reports guarantees that cannot be had together. */
    private boolean contradictory(TargetConfig.Guarantees wanted) {
        boolean contradictory = false;
        if (wanted.idempotent() && wanted.acks() != -1) {
            problems.error(
                    settings.get(IDEMPOTENCE).orElseThrow(),
                    "needs " + settings.spelled(ACKS) + "=all, which is set to " + wanted.acks()
                            + "; change one of the two");
            contradictory = true;
        }
        if (wanted.idempotent() && wanted.maxInFlight() > MAX_IDEMPOTENT_IN_FLIGHT) {
            problems.error(
                    settings.get(IN_FLIGHT).orElseThrow(),
                    "at most " + MAX_IDEMPOTENT_IN_FLIGHT + " requests may be in flight with idempotence; write "
                            + MAX_IDEMPOTENT_IN_FLIGHT + " or less, or " + settings.spelled(IDEMPOTENCE)
                            + "=false, which can reorder records");
            contradictory = true;
        }
        return contradictory;
    }

    private void warnOfBuffering() {
        List<Setting> unused = settings.all().stream()
                .filter(setting -> setting.writtenKey()
                        .equals(settings.spelled(setting.key()))) // old names have their own warning
                .filter(setting -> BUFFERING.contains(setting.key()) || limitsRetries(setting))
                .toList();
        if (!unused.isEmpty()) {
            problems.warning(
                    unused.get(0).place(),
                    unused.stream().map(Setting::writtenKey).collect(Collectors.joining(", ")),
                    "no effect: the source's batches are sent on as they are, memory is bounded by memory.budget, and "
                            + "writes are tried again until " + settings.spelled(DELIVERY) + " (default: for ever)");
        }
    }

    private static boolean limitsRetries(Setting setting) {
        return setting.key().equals(RETRIES) && !setting.value().equals(Integer.toString(Integer.MAX_VALUE));
    }

    private Optional<Integer> number(String key) {
        try {
            return settings.get(key)
                    .map(setting -> Integer.parseInt(setting.value().strip()));
        } catch (NumberFormatException e) {
            return Optional.empty(); // reported by Kafka's own definition
        }
    }

    private void ignore(String key, String why) {
        settings.remove(key).ifPresent(setting -> problems.warning(setting, why));
    }
}
