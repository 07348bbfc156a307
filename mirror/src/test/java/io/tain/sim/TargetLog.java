package io.tain.sim;

import io.tain.sim.SimRecord.Fate;
import io.tain.sim.SourceLog.EpochEnd;
import io.tain.wire.SimulatedClient.Sent;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;

/** One partition of the target: takes batches as a broker does, checking form and sequence, and tells the checker of each. */
final class TargetLog implements ReadableLog {
    /** What a broker remembers of each producer. */
    private static final int REMEMBERED_BATCHES = 5;

    /** Behind the names of topics for what others refuse. */
    static final String DEAD_LETTERS = ".refused";

    final TopicPartition partition;

    /** Whose records are written here. */
    final TopicPartition source;

    private final World world;
    private final boolean forDeadLetters;
    private final Map<Long, Producer> producers = new HashMap<>();
    int leader;
    int epoch = 1;
    private final List<StoredBatch> batches = new ArrayList<>();
    private long end;

    private static final class Producer {
        short epoch = -1;
        int lastSequence = -1;
        long lastMs;
        final Deque<Remembered> last = new ArrayDeque<>();
    }

    private record Remembered(int first, int last, long offset) {}

    /** @param refused index of the record that is to blame, or -1 */
    record Written(Errors error, long baseOffset, int refused) {
        static Written failed(Errors error) {
            return new Written(error, -1, -1);
        }
    }

    TargetLog(World world, String topic, TopicPartition source, int leader) {
        this.world = world;
        this.partition = new TopicPartition(topic, source.partition());
        this.source = source;
        this.forDeadLetters = topic.endsWith(DEAD_LETTERS);
        this.leader = leader;
    }

    /** Producers' ids expire, or, with old brokers, all that they wrote was deleted by retention. */
    boolean forgetProducers() {
        boolean forgets = producers
                .values()
                .removeIf(producer -> world.terms.target().isOld()
                        || world.nowMs() - producer.lastMs
                                > world.terms.target().idLifeMs());
        if (forgets) {
            world.checker.onProducersForgotten(source);
        }
        return forgets;
    }

    Written append(Sent sent, MemoryRecords records) {
        MutableRecordBatch batch = records.batches().iterator().next();
        if (batch.sizeInBytes() != records.sizeInBytes()) {
            throw new Violation("protocol", "more than one batch for " + partition + " in a request");
        }
        if (!forDeadLetters && batch.sizeInBytes() > world.targetMaxBytes()) {
            return Written.failed(world.dice.pick(BrokerErrors.TOO_LARGE));
        }
        try {
            batch.ensureValid();
        } catch (CorruptRecordException e) {
            return Written.failed(Errors.CORRUPT_MESSAGE);
        }
        checkForm(batch);
        List<Record> content = new ArrayList<>();
        batch.forEach(content::add);
        if (content.size() != batch.countOrNull() || batch.lastOffset() != content.size() - 1) {
            throw new Violation("protocol", "a batch with holes for " + partition);
        }
        int refused = refused(content);
        if (refused >= 0) {
            int birth = (int) SimRecord.birthOf(content.get(refused)).orElseThrow();
            Errors error = BrokerErrors.REFUSED.get(birth % BrokerErrors.REFUSED.size());
            boolean told = error == Errors.INVALID_RECORD || error == Errors.INVALID_TIMESTAMP;
            return new Written(error, -1, told ? refused : -1);
        }
        return batch.hasProducerId() ? inSequence(sent, records, content) : write(sent, records, content);
    }

    private Written inSequence(Sent sent, MemoryRecords records, List<Record> content) {
        MutableRecordBatch batch = records.batches().iterator().next();
        Producer producer = producers.computeIfAbsent(batch.producerId(), id -> new Producer());
        for (Remembered past : producer.last) {
            if (producer.epoch == batch.producerEpoch()
                    && past.first == batch.baseSequence()
                    && past.last == batch.lastSequence()) {
                world.trace.note("target: %s has sequence %d of %s already", partition, past.first, sent.client());
                boolean told = world.dice.chance(0.3);
                return told
                        ? Written.failed(Errors.DUPLICATE_SEQUENCE_NUMBER)
                        : new Written(Errors.NONE, past.offset, -1);
            }
        }
        Errors error = check(producer, batch);
        return error == Errors.NONE ? write(sent, records, content) : Written.failed(error);
    }

    private void checkForm(MutableRecordBatch batch) {
        boolean ours = batch.baseOffset() == 0
                && batch.partitionLeaderEpoch() == -1
                && !batch.isTransactional()
                && !batch.isControlBatch()
                && batch.deleteHorizonMs().isEmpty();
        if (!ours) {
            throw new Violation("protocol", "a batch that no client may send for " + partition + ": " + batch);
        }
    }

    /** KIP-98's rules, as brokers have them since 2.x. */
    private Errors check(Producer producer, MutableRecordBatch batch) {
        short batchEpoch = batch.producerEpoch();
        if (batchEpoch < producer.epoch) {
            return Errors.INVALID_PRODUCER_EPOCH;
        }
        if (producer.epoch < 0) {
            boolean mayBeFirst =
                    batch.baseSequence() == 0 || !world.terms.target().isOld();
            return mayBeFirst ? Errors.NONE : Errors.UNKNOWN_PRODUCER_ID;
        }
        boolean inSequence = batchEpoch != producer.epoch
                ? batch.baseSequence() == 0
                : batch.baseSequence() == producer.lastSequence + 1
                        || (batch.baseSequence() == 0 && producer.lastSequence == Integer.MAX_VALUE);
        return inSequence ? Errors.NONE : Errors.OUT_OF_ORDER_SEQUENCE_NUMBER;
    }

    private int refused(List<Record> content) {
        for (int i = 0; i < content.size() && !forDeadLetters; i++) {
            OptionalLong birth = SimRecord.birthOf(content.get(i));
            if (birth.isPresent() && world.refuses(source, birth.getAsLong(), Fate.INVALID)) {
                return i;
            }
        }
        return -1;
    }

    private Written write(Sent sent, MemoryRecords records, List<Record> content) {
        MutableRecordBatch batch = records.batches().iterator().next();
        if (batch.hasProducerId()) {
            Producer producer = producers.get(batch.producerId());
            if (producer.epoch != batch.producerEpoch()) {
                producer.last.clear();
            }
            producer.epoch = batch.producerEpoch();
            producer.lastMs = world.nowMs();
            producer.lastSequence = batch.lastSequence();
            producer.last.add(new Remembered(batch.baseSequence(), batch.lastSequence(), end));
            if (producer.last.size() > REMEMBERED_BATCHES) {
                producer.last.remove();
            }
        }
        if (forDeadLetters) {
            world.checker.onLetters(sent, source, content);
        } else {
            world.checker.onWritten(sent, source, content, batch.producerId());
        }
        return new Written(Errors.NONE, store(records), -1);
    }

    /** Gives a batch its offsets; returns the first. */
    private long store(MemoryRecords records) {
        byte[] bytes = new byte[records.sizeInBytes()];
        records.buffer().duplicate().get(bytes);
        long base = end;
        ByteBuffer.wrap(bytes).putLong(0, base).putInt(12, epoch);
        end += records.batches().iterator().next().countOrNull();
        batches.add(new StoredBatch(base, end - 1, bytes));
        return base;
    }

    /** The end of a transaction: nobody of an earlier epoch writes behind it. */
    void writeMarker(long producerId, short producerEpoch) {
        Producer producer = producers.computeIfAbsent(producerId, id -> new Producer());
        if (producerEpoch > producer.epoch) {
            producer.epoch = producerEpoch;
            producer.lastSequence = -1;
            producer.last.clear();
        }
        producer.lastMs = world.nowMs();
        world.trace.note("target: a marker of %d/%d in %s at %d", producerId, producerEpoch, partition, end);
        store(MemoryRecords.withEndTransactionMarker(
                0,
                world.nowMs(),
                epoch,
                producerId,
                producerEpoch,
                new EndTransactionMarker(ControlRecordType.ABORT, 0)));
    }

    @Override
    public long start() {
        return 0;
    }

    @Override
    public long end() {
        return end;
    }

    @Override
    public EpochEnd endOf(int wanted) {
        throw new UnsupportedOperationException("nobody asks the target for it");
    }

    @Override
    public byte[] read(long offset, long below, int maxBytes, boolean partial) {
        return StoredBatch.read(batches, offset, below, maxBytes, partial);
    }
}
