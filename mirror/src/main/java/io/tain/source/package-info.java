/**
 * Reading: positions in, source ranges with the batches that carry them out.
 *
 * <p>{@link io.tain.source.SourceReader} is one thread's fetch loop over the partitions it is told to read;
 * {@link io.tain.source.BatchIntake} decides batch by batch what goes on to the target and in which form. Neither resets a
 * position by itself: what can't be read is told to the {@link io.tain.source.ReaderListener}.
 */
package io.tain.source;
