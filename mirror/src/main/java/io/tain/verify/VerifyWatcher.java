package io.tain.verify;

/** Hears how a verification goes, on its thread. */
public interface VerifyWatcher {
    /** A difference, the first one of its partition. */
    void onDifference(Difference difference);

    /**
     * Now and then.
     *
     * @param records compared so far
     * @param bytes read so far, from both clusters together
     * @param done partitions that are done with
     * @param partitions all of them
     */
    void onProgress(long records, long bytes, int done, int partitions);
}
