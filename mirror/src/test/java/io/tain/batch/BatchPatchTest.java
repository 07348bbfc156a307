package io.tain.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.config.Codec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class BatchPatchTest {
    private static final long SEED = 3;
    private final Random random = new Random(SEED);

    private ByteBuffer randomBatch(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        ByteBuffer batch = ByteBuffer.wrap(bytes);
        batch.putInt(BatchLayout.LENGTH, size - BatchLayout.LOG_OVERHEAD).put(BatchLayout.MAGIC, (byte) 2);
        batch.putInt(BatchLayout.CRC, checksum(batch));
        return batch;
    }

    private static int checksum(ByteBuffer batch) {
        CRC32C checksum = new CRC32C();
        checksum.update(batch.duplicate().position(batch.position() + BatchLayout.ATTRIBUTES));
        return (int) checksum.getValue();
    }

    private int randomSize(int i) {
        return BatchLayout.RECORDS + (i < 300 ? i : random.nextInt(i % 50 == 0 ? 1 << 20 : 1 << 14));
    }

    @Test
    void shouldKeepTheChecksumRightWhateverTheBatchHolds() {
        for (int i = 0; i < 2_000; i++) {
            ByteBuffer batch = randomBatch(i == 1_999 ? 1 << 20 : randomSize(i));
            long producerId = random.nextLong();
            short epoch = (short) random.nextInt();
            int sequence = random.nextInt();

            BatchPatch.patch(batch, producerId, epoch, sequence);

            String description = "seed " + SEED + ", run " + i + ", size " + batch.limit();
            assertThat(batch.getInt(BatchLayout.CRC)).as(description).isEqualTo(checksum(batch));
            RecordBatch patched = RecordBatch.of(batch);
            assertThat(patched.baseOffset()).isZero();
            assertThat(patched.leaderEpoch()).isEqualTo(-1);
            assertThat(patched.producerId()).isEqualTo(producerId);
            assertThat(patched.producerEpoch()).isEqualTo(epoch);
            assertThat(patched.baseSequence()).isEqualTo(sequence);
            assertThat(patched.isLogAppendTime()).isFalse();
            assertThat(patched.isTransactional()).isFalse();
        }
    }

    @Test
    void shouldPatchAPatchedBatchAgain() {
        ByteBuffer batch = randomBatch(5_000);
        for (int sequence = Integer.MAX_VALUE - 3;
                sequence != 3;
                sequence = sequence == Integer.MAX_VALUE ? 0 : sequence + 1) {
            BatchPatch.patch(batch, random.nextLong(), (short) sequence, sequence);
            assertThat(batch.getInt(BatchLayout.CRC)).isEqualTo(checksum(batch));
        }
    }

    @Test
    void shouldKeepACorruptBatchCorrupt() {
        for (int i = 0; i < 500; i++) {
            ByteBuffer batch = randomBatch(randomSize(i));
            int covered = batch.limit() - BatchLayout.LAST_OFFSET_DELTA;
            int corrupted = BatchLayout.LAST_OFFSET_DELTA + random.nextInt(covered);
            batch.put(corrupted, (byte) (batch.get(corrupted) ^ (1 + random.nextInt(255))));

            BatchPatch.patch(batch, random.nextLong(), (short) 1, random.nextInt());

            assertThat(RecordBatch.of(batch).isChecksumValid())
                    .as("seed %d, run %d", SEED, i)
                    .isFalse();
        }
    }

    @Test
    void shouldTouchNothingElseInASharedArray() {
        ByteBuffer shared = ByteBuffer.allocate(1_000);
        random.nextBytes(shared.array());
        ByteBuffer batch = randomBatch(500);
        shared.put(200, batch, 0, 500);
        byte[] before = shared.array().clone();

        BatchPatch.patch(shared.slice(200, 500), 9, (short) 1, 5);

        assertThat(RecordBatch.of(shared.slice(200, 500)).isChecksumValid()).isTrue();
        for (int i = 0; i < before.length; i++) {
            boolean header = i >= 200 && i < 200 + BatchLayout.COUNT;
            assertThat(header || before[i] == shared.get(i)).as("byte %d", i).isTrue();
        }
        assertThat(shared.slice(200 + BatchLayout.LAST_OFFSET_DELTA, 20))
                .isEqualTo(ByteBuffer.wrap(before, 200 + BatchLayout.LAST_OFFSET_DELTA, 20));
    }

    @Test
    void shouldPatchBatchesThatStartAnywhereInTheBuffer() {
        ByteBuffer batch = randomBatch(700);
        ByteBuffer shifted = ByteBuffer.allocate(800);
        shifted.put(33, batch, 0, 700).position(33).limit(733);

        BatchPatch.patch(shifted, 9, (short) 1, 5);

        assertThat(shifted.position()).isEqualTo(33);
        assertThat(RecordBatch.of(shifted).isChecksumValid()).isTrue();
    }

    @Test
    void shouldMakeATransactionalBatchOneThatBrokersTake() {
        for (Codec codec : Codec.values()) {
            List<SeenRecord> records = BatchSpec.dense(random, 900, 50);
            RecordBatch batch =
                    BatchSpec.of(codec, 900).producer(5, 1, 77).transactional().records(records);

            EncodedBatch forwarded = EncodedBatch.forwarded(batch);
            BatchPatch.patch(forwarded.bytes(), 6, (short) 0, 0);

            Broker.assertTakesUnchanged(forwarded);
            assertThat(SeenRecord.allIn(forwarded)).isEqualTo(records);
        }
    }

    @Test
    void shouldRefuseOldFormats() {
        ByteBuffer batch = BatchSpec.of(Codec.GZIP, 0)
                .magic(1)
                .records(BatchSpec.dense(random, 0, 40))
                .buffer();

        assertThatThrownBy(() -> BatchPatch.patch(batch, 1, (short) 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("magic 1");
    }
}
