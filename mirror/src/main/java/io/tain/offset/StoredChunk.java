package io.tain.offset;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;

/**
 * A chunk of an offset map as it is stored, with the topics it speaks of: of others of the same names it says nothing.
 *
 * @param sourceTopic the source topic's id; zero if unknown
 * @param targetTopic the target topic's id; zero if unknown
 * @param chunk what it says
 */
public record StoredChunk(Uuid sourceTopic, Uuid targetTopic, MapChunk chunk) {
    private static final int IDS_BYTES = 32;

    /** @throws IllegalArgumentException if {@link #encode} has not made these bytes */
    public static StoredChunk decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            Uuid source = new Uuid(in.getLong(), in.getLong());
            Uuid target = new Uuid(in.getLong(), in.getLong());
            byte[] rest = new byte[in.remaining()];
            in.get(rest);
            return new StoredChunk(source, target, MapChunk.decode(rest));
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException(
                    "a stored chunk of an offset map has only " + bytes.length + " bytes", e);
        }
    }

    public byte[] encode() {
        byte[] bytes = chunk.encode();
        ByteBuffer out = ByteBuffer.allocate(IDS_BYTES + bytes.length);
        for (Uuid id : new Uuid[] {sourceTopic, targetTopic}) {
            out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        }
        return out.put(bytes).array();
    }

    /** Whether it speaks of these topics, as far as is known. */
    public boolean isOf(Uuid source, Uuid target) {
        return agree(sourceTopic, source) && agree(targetTopic, target);
    }

    private static boolean agree(Uuid one, Uuid other) {
        return one.equals(Uuid.ZERO_UUID) || other.equals(Uuid.ZERO_UUID) || one.equals(other);
    }
}
