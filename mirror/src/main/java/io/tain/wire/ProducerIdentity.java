package io.tain.wire;

/**
 * Who writes, in the eyes of an idempotent broker (KIP-98).
 *
 * @param id the producer id; -1 without idempotence
 * @param epoch its epoch; raised to start its sequences anew (KIP-360)
 */
public record ProducerIdentity(long id, short epoch) {
    /** Writes without idempotence. */
    public static final ProducerIdentity NONE = new ProducerIdentity(-1, (short) -1);
}
