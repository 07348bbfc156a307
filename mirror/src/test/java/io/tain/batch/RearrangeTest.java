package io.tain.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.config.Codec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Halving and joining batches that were already made for the target. */
class RearrangeTest {
    private static final long SEED = 6;
    private static final int LARGE = 10 << 20;

    private final Random random = new Random(SEED);
    private final Transcoder transcoder = new Transcoder(64 << 20);

    private EncodedBatch forwarded(Codec codec, List<SeenRecord> records) {
        EncodedBatch batch = EncodedBatch.forwarded(
                BatchSpec.of(codec, records.get(0).offset()).producer(1, 2, 3).records(records));
        if (random.nextBoolean()) {
            BatchPatch.patch(batch.bytes(), 9, (short) 0, 100);
        }
        return batch;
    }

    private Codec randomCodec() {
        return Codec.ofId(random.nextInt(Codec.values().length)).orElseThrow();
    }

    private EncodedBatch holed(Codec codec, List<SeenRecord> records, long last) {
        RecordBatch source =
                BatchSpec.of(codec, records.get(0).offset()).lastOffset(last).records(records);
        return transcoder
                .transcode(source, new TranscodeRule(0, Optional.empty(), LARGE))
                .get(0);
    }

    private static void assertCovers(List<EncodedBatch> batches, long first, long next) {
        long position = first;
        for (EncodedBatch batch : batches) {
            assertThat(batch.firstOffset()).isEqualTo(position);
            position = batch.nextOffset();
            Broker.assertTakesUnchanged(batch);
        }
        assertThat(position).isEqualTo(next);
    }

    @Test
    void shouldReturnASingleRecordAsItIs() {
        EncodedBatch single = forwarded(Codec.LZ4, BatchSpec.dense(random, 50, 1));

        assertThat(transcoder.halve(single)).containsExactly(single);
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void shouldHalveUntilOnlySingleRecordsAreLeft(Codec codec) {
        List<SeenRecord> records = BatchSpec.withHoles(random, 50, 37);
        long last = records.get(36).offset() + 2;
        List<EncodedBatch> batches = List.of(holed(codec, records, last));

        for (int i = 0; i < 6; i++) {
            batches = batches.stream()
                    .flatMap(batch -> transcoder.halve(batch).stream())
                    .toList();
        }

        assertThat(batches).hasSize(37);
        assertThat(SeenRecord.allIn(batches)).isEqualTo(records);
        assertCovers(batches, records.get(0).offset(), last + 1);
    }

    @Test
    void shouldCoalesceWhateverThePileIsMadeOf() {
        for (int run = 0; run < 100; run++) {
            List<EncodedBatch> pile = new ArrayList<>();
            List<SeenRecord> records = new ArrayList<>();
            long offset = random.nextInt(1_000);
            long first = offset;
            boolean dense = random.nextBoolean();
            Codec firstCodec = randomCodec();
            int size = 2 + random.nextInt(20);
            for (int i = 0; i < size; i++) {
                Codec codec = i == 0 ? firstCodec : randomCodec();
                int count = 1 + random.nextInt(5);
                boolean holes = !dense && random.nextInt(3) == 0;
                List<SeenRecord> more =
                        holes ? BatchSpec.withHoles(random, offset, count) : BatchSpec.dense(random, offset, count);
                first = i == 0 ? more.get(0).offset() : first;
                long last = more.get(count - 1).offset();
                pile.add(holes ? holed(codec, more, last) : forwarded(codec, more));
                records.addAll(more);
                offset = last + 1 + (dense ? 0 : random.nextInt(2));
            }
            long next = pile.get(size - 1).nextOffset();

            List<EncodedBatch> joined = transcoder.coalesce(pile, LARGE);

            String description = "seed " + SEED + ", run " + run;
            assertThat(joined).as(description).hasSize(1);
            assertThat(SeenRecord.allIn(joined)).as(description).isEqualTo(records);
            assertThat(RecordBatch.of(joined.get(0).bytes()).codec()).isEqualTo(firstCodec);
            assertThat(joined.get(0).source().isDense()).isEqualTo(next - first == records.size());
            assertCovers(joined, first, next);
        }
    }

    @Test
    void shouldJoinBatchesAsFetchedLikeForwardedOnes() {
        for (int run = 0; run < 100; run++) {
            List<RecordBatch> fetched = new ArrayList<>();
            List<SeenRecord> records = new ArrayList<>();
            long offset = random.nextInt(1_000);
            long first = offset;
            for (int i = 0; i < 2 + random.nextInt(20); i++) {
                List<SeenRecord> more = BatchSpec.dense(random, offset, 1 + random.nextInt(3));
                RecordBatch batch =
                        BatchSpec.of(randomCodec(), offset).producer(1, 2, 3).records(more);
                fetched.add(random.nextBoolean() ? batch : RecordBatch.of(Hostile.outsideTheHeap(batch.buffer())));
                records.addAll(more);
                offset = batch.nextOffset() + random.nextInt(2);
            }
            int largest = random.nextBoolean() ? LARGE : 2_000;

            List<EncodedBatch> joined = transcoder.join(fetched, largest);

            String description = "seed " + SEED + ", run " + run;
            List<EncodedBatch> coalesced = transcoder.coalesce(
                    fetched.stream().map(EncodedBatch::forwarded).toList(), largest);
            assertThat(joined)
                    .as(description)
                    .extracting(EncodedBatch::bytes)
                    .isEqualTo(coalesced.stream().map(EncodedBatch::bytes).toList());
            assertThat(SeenRecord.allIn(joined)).as(description).isEqualTo(records);
            assertCovers(joined, first, fetched.get(fetched.size() - 1).nextOffset());
        }
    }

    @Test
    void shouldRefuseToJoinWhatIsDamagedOrOutOfOrder() {
        RecordBatch first = BatchSpec.of(Codec.NONE, 0).records(BatchSpec.dense(random, 0, 3));
        RecordBatch overlapping = BatchSpec.of(Codec.NONE, 2).records(BatchSpec.dense(random, 2, 3));
        RecordBatch damaged = BatchSpec.of(Codec.NONE, 3).records(BatchSpec.dense(random, 3, 3));
        damaged.buffer().put(BatchLayout.RECORDS, (byte) ~damaged.buffer().get(BatchLayout.RECORDS));

        assertThatThrownBy(() -> transcoder.join(List.of(first, overlapping), LARGE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> transcoder.join(List.of(first, damaged), LARGE))
                .isInstanceOf(InvalidBatchException.class);
    }

    @Test
    void shouldCoalesceIntoAsManyBatchesAsTheSizeDemands() {
        List<EncodedBatch> pile = new ArrayList<>();
        List<SeenRecord> records = BatchSpec.dense(random, 0, 200);
        records.forEach(record -> pile.add(forwarded(Codec.NONE, List.of(record))));

        List<EncodedBatch> joined = transcoder.coalesce(pile, 4_000);

        assertThat(joined).hasSizeBetween(2, 40).allMatch(batch -> batch.sizeInBytes() <= 4_000);
        assertThat(SeenRecord.allIn(joined)).isEqualTo(records);
        assertCovers(joined, 0, 200);
    }

    @Test
    void shouldBoundTheMemoryThatAPileTakes() {
        // 30 MiB decompressed, in a transcoder that allows 20 for any single batch.
        Transcoder small = new Transcoder(20 << 20);
        List<EncodedBatch> pile = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            pile.add(forwarded(Codec.ZSTD, List.of(SeenRecord.of(i, "k", "x".repeat(1 << 20)))));
        }

        List<EncodedBatch> joined = small.coalesce(pile, LARGE);

        assertThat(joined).hasSize(2);
        assertThat(joined.stream().mapToInt(EncodedBatch::count).sum()).isEqualTo(30);
        assertThat(joined.get(0).nextOffset()).isEqualTo(joined.get(1).firstOffset());
    }

    @Test
    void shouldRefuseToCoalesceOutOfOrder() {
        EncodedBatch first = forwarded(Codec.NONE, BatchSpec.dense(random, 0, 3));
        EncodedBatch second = forwarded(Codec.NONE, BatchSpec.dense(random, 2, 3));

        assertThatThrownBy(() -> transcoder.coalesce(List.of(first, second), LARGE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(transcoder.coalesce(List.of(first), LARGE)).containsExactly(first);
    }

    @Test
    void shouldRefuseToForwardABatchWithHoles() {
        RecordBatch batch = BatchSpec.of(Codec.NONE, 0).lastOffset(9).records(BatchSpec.dense(random, 0, 3));

        assertThatThrownBy(() -> EncodedBatch.forwarded(batch)).isInstanceOf(IllegalArgumentException.class);
    }
}
