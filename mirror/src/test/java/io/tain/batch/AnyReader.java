package io.tain.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.config.Codec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;

/**
 * Does to a fetch answer all that may happen to one. Whatever its bytes say, they become batches or an
 * {@link InvalidBatchException}, and the memory this takes is bounded.
 */
final class AnyReader {
    private static final int LIMIT = 256 << 10;

    /** Arrays double as they fill, and there is one for each step; what matters is that no claim of a gigabyte is believed. */
    private static final long MAX_ALLOCATED = 32L * LIMIT;

    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final Codec[] CODECS = Codec.values();

    private AnyReader() {}

    /** @param choice bits that choose codec, position and size */
    static void read(ByteBuffer answer, int choice) {
        // The first time, it is the loading of classes that takes most, above all under a fuzzer that rewrites them.
        if (allocatedBy(answer, choice) >= MAX_ALLOCATED) {
            assertThat(allocatedBy(answer, choice)).isLessThan(MAX_ALLOCATED);
        }
    }

    private static long allocatedBy(ByteBuffer answer, int choice) {
        long before = Hostile.allocated();
        readUnmeasured(answer, choice);
        return Hostile.allocated() - before;
    }

    private static void readUnmeasured(ByteBuffer answer, int choice) {
        Optional<Codec> codec =
                Optional.of((choice >> 2) & 7).filter(id -> id < CODECS.length).map(id -> CODECS[id]);
        TargetTraits traits =
                new TargetTraits(TimestampType.CREATE_TIME, 1 << 20, codec, TargetTraits.Handling.RECORD_HANDLER);
        AdmissionPolicy policy = new AdmissionPolicy(traits);
        AbortedTransactions aborted = new AbortedTransactions(List.of(new AbortedTransaction(1, -1)));
        TranscodeRule rule =
                new TranscodeRule((choice & 32) == 0 ? 0 : 1_005, codec, (choice & 64) == 0 ? 1 << 20 : 200);
        try (Transcoder transcoder = new Transcoder(LIMIT);
                HandlerStage stage = new HandlerStage(
                        record -> List.of(
                                new ProducerRecord<>("t", 0, null, record.key(), record.value(), record.headers())),
                        (output, input) -> 0,
                        LIMIT)) {
            BatchCursor cursor = new BatchCursor(answer);
            for (int i = 0; i < 4 && cursor.hasNext(); i++) {
                RecordBatch batch = cursor.next();
                policy.decide(batch, rule.fromOffset(), aborted);
                transcode(batch, rule, transcoder);
                stage.handle(batch, PARTITION, rule, 0);
            }
        } catch (InvalidBatchException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static void transcode(RecordBatch batch, TranscodeRule rule, Transcoder transcoder) {
        List<EncodedBatch> pieces = transcoder.transcode(batch, rule);
        for (int i = 1; i < pieces.size(); i++) {
            assertThat(pieces.get(i).firstOffset()).isEqualTo(pieces.get(i - 1).nextOffset());
        }
        if (!pieces.isEmpty()) {
            List<EncodedBatch> halves = new ArrayList<>(transcoder.halve(pieces.get(0)));
            int records = halves.stream().mapToInt(EncodedBatch::count).sum();
            assertThat(transcoder.coalesce(halves, 1 << 20).get(0).count()).isEqualTo(records);
        }
    }
}
