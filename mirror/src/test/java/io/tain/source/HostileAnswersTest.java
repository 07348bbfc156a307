package io.tain.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.batch.Hostile;
import io.tain.batch.SourceRange;
import io.tain.config.Codec;
import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What can't be a part of the source's log stops its partition at its offset, and nothing is skipped for it. */
class HostileAnswersTest extends ReaderScenario {
    private static final int BASE_OFFSET = 0;
    private static final int LENGTH = 8;

    private SourcePartition readFrom(long position) {
        SourcePartition partition = add(t0, position);
        poll();
        return partition;
    }

    private static ByteBuffer batch(long offset) {
        SimpleRecord record = new SimpleRecord(1_700_000_000_000L, new byte[] {1}, new byte[10]);
        return MemoryRecords.withRecords((byte) 2, offset, Compression.NONE, record, record)
                .buffer();
    }

    /** Answers as a broker does that has these batches, from the first that ends behind what was asked for. */
    private void answerUntilStopped(SourcePartition partition, ByteBuffer... log) {
        // one answer more where something intact comes first
        for (int read = 0; read <= BatchIntake.MAX_CORRUPT_READS && events.isEmpty(); read++) {
            ByteBuffer answer = ByteBuffer.allocate(1 << 20);
            for (ByteBuffer batch : log) {
                if (answer.position() > 0 || partition.position() == 100 || batch.getLong(BASE_OFFSET) >= 102) {
                    answer.put(batch.duplicate());
                }
            }
            brokers.answerFetch(T0, Errors.NONE, MemoryRecords.readableRecords(answer.flip()), 200);
            poll();
        }
        assertThat(events).hasSize(1);
        assertThat(brokers.isWaiting(ApiKeys.FETCH)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void shouldStopAtABombAndNameItsOffset(Codec codec) {
        ByteBuffer bomb = Hostile.batchAround(Hostile.bomb(codec, 20_000_000), codec, 2);
        bomb.putLong(BASE_OFFSET, 102).putInt(57, 1); // a hole, so that it has to be looked into
        Hostile.seal(bomb);
        targetRoundTripMs = 20; // all of the budget is used, so that the largest fits beside what waits
        SourcePartition partition = readFrom(100);
        long before = Hostile.allocated();

        answerUntilStopped(partition, batch(100), bomb, batch(104));

        assertThat(Hostile.allocated() - before).isLessThan(60 << 20); // three reads
        assertThat(events.get(0))
                .startsWith("unreadable t-0@102 corrupt batch: RecordBatch(magic=2, offsets=[102, 103]")
                .endsWith("The records of a batch take more than the limit of 1048576 bytes");
        assertThat(ranges).extracting(SourceRange::nextOffset).containsExactly(102L);
    }

    @Test
    void shouldStopAtABatchThatClaimsMoreThanTheBrokerEverSends() {
        ByteBuffer endless = batch(102);
        endless.putInt(LENGTH, Integer.MAX_VALUE - 12);
        SourcePartition partition = readFrom(100);

        answerUntilStopped(partition, batch(100), endless);

        assertThat(events)
                .containsExactly("unreadable t-0@102 corrupt batch: the broker sends only " + endless.limit()
                        + " bytes of a batch that claims to be longer");
    }

    @ParameterizedTest
    @CsvSource({
        "0,  4196, 100", // past the others, which would count as read
        "1,  4198, 102",
        "1,     6, 100", // among what was read
        "2,     8, 102",
        "0,     4, 100",
    })
    void shouldSkipNothingForAnOffsetThatIsWrong(int index, long wrong, long stopped) {
        ByteBuffer[] batches = {batch(100), batch(102), batch(104)};
        batches[index].putLong(BASE_OFFSET, wrong);
        SourcePartition partition = readFrom(100);

        answerUntilStopped(partition, batches);

        assertThat(events.get(0)).startsWith("unreadable t-0@" + stopped + " corrupt batch: ");
        assertThat(ranges.stream().mapToLong(SourceRange::nextOffset).max().orElse(100))
                .isEqualTo(stopped);
    }

    @Test
    void shouldGoOnWithABrokerThatBeginsEarly() {
        readFrom(102);
        ByteBuffer all = ByteBuffer.allocate(1 << 10).put(batch(100)).put(batch(102));

        brokers.answerFetch(T0, Errors.NONE, MemoryRecords.readableRecords(all.flip()), 104);
        poll();

        assertThat(events).isEmpty();
        assertThat(ranges).extracting(SourceRange::nextOffset).containsExactly(104L);
    }
}
