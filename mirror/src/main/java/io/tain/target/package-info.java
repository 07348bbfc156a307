/**
 * Writing: batches in, Produce requests out, in order for each target partition whatever brokers and networks do.
 *
 * <p>In flow {@link io.tain.batch.MirrorBatch}es; out flow acknowledgements, refusals and reasons for waiting, told to a
 * {@link io.tain.target.WriterListener}. {@link io.tain.target.TargetWriter} is one thread's writer, and
 * {@link io.tain.target.Lane} the state of one target partition in it. It knows nothing of where batches come from, nor of
 * offsets that are committed.
 */
package io.tain.target;
