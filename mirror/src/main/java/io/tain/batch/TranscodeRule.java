package io.tain.batch;

import io.tain.config.Codec;
import java.util.Optional;

/**
 * How a batch is to be written anew.
 *
 * @param fromOffset records below it are left out
 * @param codec the compression to use, or empty to keep that of the source
 * @param maxBatchBytes how large a batch may become; a single record that is larger comes out alone all the same
 */
public record TranscodeRule(long fromOffset, Optional<Codec> codec, int maxBatchBytes) {
    public TranscodeRule {
        if (maxBatchBytes < BatchLayout.RECORDS) {
            throw new IllegalArgumentException(
                    "maxBatchBytes is " + maxBatchBytes + ", less than the header of a batch");
        }
    }
}
