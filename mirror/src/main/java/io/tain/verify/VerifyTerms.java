package io.tain.verify;

import java.util.function.Predicate;

/**
 * What to verify, and how.
 *
 * @param topics which of the link's topics
 * @param samples how many places of each partition to look at; 0 for all records
 * @param bytesPerSecond most bytes to read, from both clusters together; 0 for no limit
 */
public record VerifyTerms(Predicate<String> topics, int samples, long bytesPerSecond) {}
