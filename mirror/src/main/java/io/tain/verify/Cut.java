package io.tain.verify;

/**
 * Which parts of both sides' logs are compared.
 *
 * @param sourceFrom the source's first offset
 * @param sourceTo the offset that all before it should be on the target: what the group has committed
 * @param targetFrom the target's first offset
 * @param targetTo the target's end, told after the commit
 * @param drained whether the source had nothing behind {@code sourceTo} when the target's end was told: then the target may
 *     have nothing more either
 * @param timestamps whether timestamps count
 * @param mayBeginLater whether the mirror was told to begin at the source's end of its first start
 */
record Cut(
        long sourceFrom,
        long sourceTo,
        long targetFrom,
        long targetTo,
        boolean drained,
        boolean timestamps,
        boolean mayBeginLater) {
    /** The rest of it from these offsets on. */
    Cut from(long source, long target) {
        return new Cut(source, sourceTo, target, targetTo, drained, timestamps, mayBeginLater);
    }
}
