package io.tain.verify;

import io.tain.verify.Difference.Kind;
import io.tain.verify.WindowReader.Stretch;
import io.tain.verify.WindowReader.Window;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * Looks at a few places of a partition, spread evenly: whether some of the source's records stand in a row on the target, too. Used by
 * one thread.
 */
final class Sampler {
    private static final int STRETCH = 50;
    private static final int REACH = 10_000;

    private final WindowReader source;
    private final WindowReader target;
    private final int samples;

    Sampler(WindowReader source, WindowReader target, int samples) {
        this.source = source;
        this.target = target;
        this.samples = samples;
    }

    /**
     * @param records how many were compared
     * @param difference the first place that is not the same on the target
     */
    record Result(long records, Optional<Difference> difference) {}

    Result look(TopicPartition partition, Cut cut) {
        Digest.Maker maker = new Digest.Maker(cut.timestamps());
        long length = cut.sourceTo() - cut.sourceFrom();
        long records = 0;
        long next = cut.sourceFrom();
        for (int sample = 0; sample < samples && next < cut.sourceTo(); sample++) {
            long from = Math.max(next, cut.sourceFrom() + length * sample / samples);
            Stretch ours = source.read(new Window(partition, from, cut.sourceTo(), STRETCH), maker);
            if (ours.size() == 0) {
                break;
            }
            long guess = guess(partition, cut, ours);
            Stretch theirs = target.read(new Window(partition, guess, cut.targetTo(), REACH), maker);
            if (!holds(theirs, ours)) {
                String what =
                        "the " + ours.size() + " records from here on are not in a row on the target, looked for from"
                                + " its offset " + guess + " on";
                return new Result(
                        records,
                        Optional.of(new Difference(
                                partition, Kind.UNALIKE, ours.offsets().get(0), guess, ours.size(), what)));
            }
            records += ours.size();
            next = ours.offsets().get(ours.size() - 1) + 1;
        }
        return new Result(records, Optional.empty());
    }

    /** Where on the target to begin to look: by the time, where that is the source's, or as far on as on the source. */
    private long guess(TopicPartition partition, Cut cut, Stretch ours) {
        OptionalLong byTime =
                cut.timestamps() ? target.offsetOf(partition, ours.first().timestamp()) : OptionalLong.empty();
        long asFar = cut.targetFrom() + ours.first().offset() - cut.sourceFrom() - REACH / 2;
        return Math.max(cut.targetFrom(), byTime.orElse(asFar));
    }

    private static boolean holds(Stretch all, Stretch part) {
        for (int j = 0; j + part.size() <= all.size(); j++) {
            if (all.digests().subList(j, j + part.size()).equals(part.digests())) {
                return true;
            }
        }
        return false;
    }
}
