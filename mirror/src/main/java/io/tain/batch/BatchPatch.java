package io.tain.batch;

import java.nio.ByteBuffer;

/**
 * Turns the header of a fetched batch into the header of a batch to produce, in place, and corrects the checksum without
 * reading the records. Stateless; the bytes must belong to the calling thread.
 *
 * <p>The trick: a CRC is linear. For two messages of the same length, crc(a) XOR crc(b) depends only on a XOR b, and that is
 * zero everywhere except in the few header bytes changed here. So the effect of the change is the remainder of those bytes,
 * moved along by the length of what follows them, which is a multiplication by x^(8 * length) modulo the CRC's polynomial
 * ({@link Crc32cShift}). The cost is the same for every size of batch, and, better, the source broker's checksum lives on
 * in the new one: a batch that was damaged before stays invalid and the target broker refuses it.
 *
 * <p>A batch may be patched again, as for a retry under another producer epoch.
 */
public final class BatchPatch {
    private static final int CLEARED_ATTRIBUTES = BatchLayout.LOG_APPEND_TIME_BIT | BatchLayout.TRANSACTIONAL_BIT;

    private BatchPatch() {}

    /**
     * Sets the base offset to 0 and the leader epoch to -1, clears the timestamp type and the transactional bit, and writes
     * the producer's fields.
     *
     * @param batch one whole batch of magic 2, from position to limit
     */
    public static void patch(ByteBuffer batch, long producerId, short producerEpoch, int baseSequence) {
        int start = batch.position();
        if (batch.get(start + BatchLayout.MAGIC) != 2) {
            throw new IllegalArgumentException("Only batches of magic 2 can be patched, this one has magic "
                    + batch.get(start + BatchLayout.MAGIC));
        }
        short attributes = batch.getShort(start + BatchLayout.ATTRIBUTES);
        short newAttributes = (short) (attributes & ~CLEARED_ATTRIBUTES);

        int effect = 0;
        if (attributes != newAttributes) {
            effect = append(0, attributes ^ newAttributes, Short.BYTES);
            int unchanged = BatchLayout.PRODUCER_ID - BatchLayout.LAST_OFFSET_DELTA;
            effect = Crc32cShift.appendZeros(effect, unchanged);
        }
        effect = append(effect, batch.getLong(start + BatchLayout.PRODUCER_ID) ^ producerId, Long.BYTES);
        effect = append(effect, batch.getShort(start + BatchLayout.PRODUCER_EPOCH) ^ producerEpoch, Short.BYTES);
        effect = append(effect, batch.getInt(start + BatchLayout.BASE_SEQUENCE) ^ baseSequence, Integer.BYTES);
        effect = Crc32cShift.appendZeros(effect, batch.remaining() - BatchLayout.COUNT);

        batch.putLong(start + BatchLayout.BASE_OFFSET, 0);
        batch.putInt(start + BatchLayout.LEADER_EPOCH, BatchLayout.NO_LEADER_EPOCH);
        batch.putInt(start + BatchLayout.CRC, batch.getInt(start + BatchLayout.CRC) ^ effect);
        batch.putShort(start + BatchLayout.ATTRIBUTES, newAttributes);
        batch.putLong(start + BatchLayout.PRODUCER_ID, producerId);
        batch.putShort(start + BatchLayout.PRODUCER_EPOCH, producerEpoch);
        batch.putInt(start + BatchLayout.BASE_SEQUENCE, baseSequence);
    }

    private static int append(int remainder, long field, int length) {
        int result = remainder;
        for (int shift = (length - 1) * Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            result = Crc32cShift.append(result, (int) (field >>> shift));
        }
        return result;
    }
}
