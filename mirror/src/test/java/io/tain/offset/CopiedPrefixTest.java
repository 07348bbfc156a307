package io.tain.offset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopiedPrefixTest {
    private static final long FROM = 100;

    private static CopiedPrefix with(long... copies) {
        CopiedPrefix prefix = new CopiedPrefix(FROM);
        for (long copy : copies) {
            prefix.addCopy(copy);
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

    /** Never a wrong place, whatever compaction has taken from either side. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFindThePlaceOrSayThatItCannot(boolean compactedTarget) {
        int found = 0;
        for (long seed = 1; seed <= 20_000; seed++) {
            Random random = new Random(seed);
            int records = 1 + random.nextInt(12);
            int copied = random.nextInt(records + 1);
            boolean[] gone = new boolean[records];
            for (int i = 0; i < records - 1; i++) {
                gone[i] = random.nextInt(4) == 0;
            }
            CopiedPrefix prefix = new CopiedPrefix(FROM);
            for (int i = 0; i < copied; i++) {
                if (compactedTarget && i < copied - 1 && random.nextInt(4) == 0) {
                    prefix.addMissingOnTarget(1);
                } else {
                    prefix.addCopy(i);
                }
            }
            for (int i = 0; i < records && !prefix.isDone(); i++) {
                if (gone[i]) {
                    prefix.addMissingOnSource(1);
                } else {
                    prefix.offer(FROM + i, i);
                }
            }
            prefix.endOfSource(FROM + records);
            if (prefix.problem().isEmpty()) {
                found++;
                for (int i = 0; i < records; i++) {
                    assertThat(gone[i] || FROM + i < prefix.resume() == i < copied)
                            .as("seed %d: record %d of %d copied, resumed at %d", seed, i, copied, prefix.resume())
                            .isTrue();
                }
            } else {
                assertThat(compactedTarget)
                        .as("seed %d: %s", seed, prefix.problem())
                        .isTrue();
            }
        }
        assertThat(found).isGreaterThan(15_000);
    }
}
