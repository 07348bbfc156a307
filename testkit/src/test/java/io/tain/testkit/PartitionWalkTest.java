package io.tain.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PartitionWalkTest {
    private static final long ALL = Long.MAX_VALUE;

    @Test
    void shouldFindEqualSidesEqual() {
        PartitionAudit result = walk("abcdef", "abcdef");

        assertCounts(result, 0, 0, 0, 0);
        assertThat(result.firstDifference()).isEmpty();
    }

    @Test
    void shouldFindAMissingRecord() {
        PartitionAudit result = walk("abcdef", "abdef");

        assertCounts(result, 1, 0, 0, 0);
        assertThat(result.firstDifference())
                .contains(new Difference(Difference.Kind.MISSING, 102, 2, "the target goes on after it"));
    }

    @Test
    void shouldFindAMissingEnd() {
        PartitionAudit result = walk("abcdef", "abcd");

        assertCounts(result, 2, 0, 0, 0);
        assertThat(result.firstDifference())
                .contains(new Difference(Difference.Kind.MISSING, 104, 4, "the target ends before it"));
    }

    @Test
    void shouldNotRequireWhatIsNotYetCommitted() {
        PartitionAudit result = walk("abcdef", "abcd", 104);

        assertCounts(result, 0, 0, 0, 0);
        assertThat(result.firstDifference()).isEmpty();
    }

    @Test
    void shouldFindAMissingBeginningAndAnEmptyTarget() {
        assertCounts(walk("abc", "bc"), 1, 0, 0, 0);
        assertCounts(walk("abc", ""), 3, 0, 0, 0);
        assertCounts(walk("", ""), 0, 0, 0, 0);
    }

    @Test
    void shouldFindSwappedRecords() {
        PartitionAudit result = walk("abcdef", "abdcef");

        assertCounts(result, 0, 1, 0, 0);
        assertThat(result.firstDifference())
                .contains(new Difference(Difference.Kind.OUT_OF_ORDER, 102, 2, "the record comes later in the target"));
    }

    @Test
    void shouldFindAnInventedRecord() {
        PartitionAudit result = walk("abcdef", "abXcdef");

        assertCounts(result, 0, 0, 1, 0);
        assertThat(result.firstDifference())
                .contains(new Difference(Difference.Kind.NOT_IN_SOURCE, 102, 2, "the source has no such record"));
    }

    @Test
    void shouldFindAnAlteredRecordMissingAndInvented() {
        assertCounts(walk("abcdef", "abXdef"), 1, 0, 1, 0);
    }

    @Test
    void shouldCountARepeatedWindowOnce() {
        PartitionAudit result = walk("abcdef", "abcdbcdef");

        assertCounts(result, 0, 0, 0, 3);
        assertThat(result.duplicateWindows()).isEqualTo(1);
        assertThat(result.firstDifference()).isEmpty();
    }

    @Test
    void shouldCountSeparateRepeatsAsSeparateWindows() {
        PartitionAudit result = walk("abcdef", "aabcddefef");

        assertCounts(result, 0, 0, 0, 4);
        assertThat(result.duplicateWindows()).isEqualTo(3);
    }

    @Test
    void shouldCountAWindowThatIsCutByAnother() {
        PartitionAudit result = walk("abcdef", "abcdbcabcdef");

        assertCounts(result, 0, 0, 0, 6);
        assertThat(result.duplicateWindows()).isEqualTo(2);
    }

    @Test
    void shouldCountTwoWhoWriteBesideEachOtherAsOneWindow() {
        PartitionAudit result = walk("abcdefgh", "abcd" + "CD" + "eEfFGghH");

        assertCounts(result, 0, 0, 0, 6);
        assertThat(result.duplicateWindows()).isEqualTo(1);
    }

    @Test
    void shouldCountEachTimeThatOneOfTwoGoesBack() {
        PartitionAudit result = walk("abcdef", "abcd" + "BC" + "e" + "BCD" + "d" + "f");

        assertCounts(result, 0, 0, 0, 6);
        assertThat(result.duplicateWindows()).isEqualTo(3);
    }

    @Test
    void shouldTellEqualRecordsApartByPlace() {
        assertCounts(walk("aaaa", "aaaa"), 0, 0, 0, 0);
        assertCounts(walk("aaaa", "aaa"), 1, 0, 0, 0);
        assertCounts(walk("aaaa", "aaaaa"), 0, 0, 0, 1);
        assertCounts(walk("aaba", "aababa"), 0, 0, 0, 2);
    }

    @Test
    void shouldStayQuickWithManyEqualRecords() {
        assertCounts(walk("a".repeat(200_000) + "b", "a".repeat(200_000) + "Xb"), 0, 0, 1, 0);
    }

    /** A letter is a record; in the target, capitals are the same records by another writer. */
    private static PartitionAudit walk(String source, String target) {
        return walk(source, target, ALL);
    }

    private static PartitionAudit walk(String source, String target, long requiredBelow) {
        SourceIndex index = new SourceIndex();
        for (int i = 0; i < source.length(); i++) {
            index.add(source.charAt(i), 100 + i);
        }
        PartitionWalk walk = new PartitionWalk(index, Compaction.NONE);
        for (int i = 0; i < target.length(); i++) {
            char record = target.charAt(i);
            boolean another = source.indexOf(record) < 0 && source.indexOf(Character.toLowerCase(record)) >= 0;
            walk.onTarget(another ? Character.toLowerCase(record) : record, 0, i, another ? 1 : 0);
        }
        return walk.finish(new TopicPartition("t", 0), target.length(), requiredBelow);
    }

    private static void assertCounts(
            PartitionAudit result, long missing, long outOfOrder, long invented, long duplicates) {
        assertThat(new long[] {result.missing(), result.outOfOrder(), result.invented(), result.duplicates()})
                .as("missing, out of order, invented, duplicates")
                .containsExactly(missing, outOfOrder, invented, duplicates);
    }
}
