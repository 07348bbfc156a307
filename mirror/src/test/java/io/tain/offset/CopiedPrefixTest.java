package io.tain.offset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CopiedPrefixTest {
    private static final long FROM = 100;

    private static CopiedPrefix with(long... copies) {
        CopiedPrefix prefix = new CopiedPrefix(FROM);
        for (int i = 0; i < copies.length; i++) {
            prefix.addCopy(i, copies[i]);
        }
        return prefix;
    }

    @Test
    void shouldGoOnAtTheCheckpointWithoutCopies() {
        CopiedPrefix prefix = with();

        assertThat(prefix.isDone()).isTrue();
        assertThat(prefix.resume()).isEqualTo(FROM);
    }

    @Test
    void shouldGoOnBehindTheLastCopy() {
        CopiedPrefix prefix = with(1, 2);
        prefix.offer(100, 1);
        assertThat(prefix.isDone()).isFalse();
        prefix.offer(107, 2); // markers and aborted records between them

        assertThat(prefix.isDone()).isTrue();
        assertThat(prefix.problem()).isEmpty();
        assertThat(prefix.resume()).isEqualTo(108);
    }

    @Test
    void shouldNotGoOnWhereTheLastCopyIsAnotherRecord() {
        CopiedPrefix prefix = with(1, 2, 3);
        prefix.offer(100, 1);
        prefix.offer(101, 2);
        prefix.offer(102, 4);

        assertThat(prefix.problem().orElseThrow())
                .contains("record at offset 102")
                .contains("1 of 3 copies");
    }

    @Test
    void shouldNotGoOnWhereTheSourceEndsBeforeTheCopy() {
        CopiedPrefix prefix = with(1, 2);
        prefix.offer(100, 1);
        prefix.endOfSource(101);

        assertThat(prefix.problem().orElseThrow()).contains("source ends at offset 101");
    }

    @Test
    void shouldPassOverCopiesOfWhatCompactionTookFromTheSource() {
        CopiedPrefix prefix = with(1, 2, 3, 4);
        prefix.addMissingOnSource(1);
        prefix.offer(101, 2);
        prefix.addMissingOnSource(2);
        prefix.offer(104, 5);

        assertThat(prefix.isDone()).isTrue();
        assertThat(prefix.problem()).isEmpty();
        assertThat(prefix.resume()).isEqualTo(104);
    }

    @Test
    void shouldKnowThatCompactionMayHaveTakenEveryCopy() {
        CopiedPrefix prefix = with();
        prefix.addMissingOnTarget(3);

        assertThat(prefix.isHollow()).isTrue();
    }

    /** Where only the source has lost records, whichever, the place is always found. */
    @Test
    void shouldFindThePlaceWhateverTheSourceHasLost() {
        for (long seed = 1; seed <= 20_000; seed++) {
            Random random = new Random(seed);
            int records = 1 + random.nextInt(12);
            int copied = random.nextInt(records + 1);
            Set<Integer> left = IntStream.range(0, records)
                    .filter(i -> i == records - 1 || random.nextInt(4) > 0)
                    .boxed()
                    .collect(Collectors.toSet());
            CopiedPrefix prefix = new CopiedPrefix(FROM);
            IntStream.range(0, copied).forEach(i -> prefix.addCopy(i, i));
            offer(prefix, records, left);

            assertPlace(prefix, copied, left, "seed " + seed);
            assertThat(prefix.isUnsure()).isFalse();
        }
    }

    /** As the log cleaner does: what has a later record of its key as far as it has looked is gone, from the beginning on. */
    @Test
    void shouldFindThePlaceHoweverFarBothSidesAreCompacted() {
        int unsure = 0;
        for (long seed = 1; seed <= 50_000; seed++) {
            Random random = new Random(seed);
            int records = 1 + random.nextInt(30);
            int keys = 1 + random.nextInt(5);
            int[] key = random.ints(records, 0, keys).toArray();
            int copied = random.nextInt(records + 1);
            Set<Integer> onTarget = compacted(key, random.nextInt(copied + 1), copied);
            Set<Integer> onSource = compacted(key, random.nextInt(records + 1), records);
            CopiedPrefix prefix = new CopiedPrefix(FROM);
            tellTarget(prefix, copied, onTarget);
            offer(prefix, records, onSource);
            unsure += prefix.isUnsure() ? 1 : 0;

            assertPlace(prefix, copied, onSource, "seed " + seed);
        }
        assertThat(unsure).isGreaterThan(500);
    }

    @Test
    void shouldKnowThatALogMayHaveBeenCompactedWhileItWasRead() {
        int[] key = {0, 1, 0, 1, 0};
        CopiedPrefix prefix = new CopiedPrefix(FROM);
        tellTarget(prefix, 4, Set.of(2, 3));
        offer(prefix, 5, Set.of(0, 1, 4)); // the beginning as it was before, the end as it is after
        assertThat(prefix.resume()).isEqualTo(FROM);
        assertThat(prefix.isUnsure()).isTrue();

        prefix.again(FROM);
        offer(prefix, 5, compacted(key, 5, 5));

        assertThat(prefix.resume()).isEqualTo(FROM + 4);
        assertThat(prefix.isUnsure()).isFalse();
    }

    /** The last copy must be found where the source has lost nothing. */
    @Test
    void shouldNotGoOnWhereOnlyTheTargetHasLostRecordsAndTheLastCopyIsNotFound() {
        CopiedPrefix prefix = new CopiedPrefix(FROM);
        prefix.addMissingOnTarget(1);
        prefix.addCopy(0, 7);
        offer(prefix, 3, Set.of(0, 1, 2));

        assertThat(prefix.problem().orElseThrow()).contains("1 of 1 copies");
    }

    private static Set<Integer> compacted(int[] keys, int cleaned, int records) {
        return LogCleaner.left(keys, cleaned, records).boxed().collect(Collectors.toSet());
    }

    private static void tellTarget(CopiedPrefix prefix, int copied, Set<Integer> left) {
        for (int i = 0; i < copied; i++) {
            if (left.contains(i)) {
                prefix.addCopy(i, i);
            } else {
                prefix.addMissingOnTarget(1);
            }
        }
    }

    private static void offer(CopiedPrefix prefix, int records, Set<Integer> left) {
        for (int i = 0; i < records && !prefix.isDone(); i++) {
            if (left.contains(i)) {
                prefix.offer(FROM + i, i);
            } else {
                prefix.addMissingOnSource(1);
            }
        }
        prefix.endOfSource(FROM + records);
    }

    private static void assertPlace(CopiedPrefix prefix, int copied, Set<Integer> left, String what) {
        assertThat(prefix.problem()).as(what).isEmpty();
        for (int i : left) {
            assertThat(FROM + i < prefix.resume() == i < copied)
                    .as("%s: record %d of %d copied, resumed at %d", what, i, copied, prefix.resume())
                    .isTrue();
        }
    }
}
