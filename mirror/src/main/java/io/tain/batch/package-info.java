/**
 * Record batches: looking at them, deciding about them, changing them. Everything here is a function of bytes: no I/O, no
 * threads, no clock.
 *
 * <p>In flow the bytes of fetch answers, which {@link io.tain.batch.BatchCursor} cuts into
 * {@link io.tain.batch.RecordBatch}es, and the aborted transactions that came with them. {@link io.tain.batch.AdmissionPolicy}
 * looks at each header and gives a {@link io.tain.batch.Verdict}. Out flow {@link io.tain.batch.EncodedBatch}es: a batch that
 * is forwarded is the fetched bytes themselves, all others come out of {@link io.tain.batch.Transcoder} or, when the
 * operator has a {@link io.tain.batch.RecordHandler}, {@link io.tain.batch.HandlerStage}. Each knows which source offsets it
 * carries. {@link io.tain.batch.BatchPatch} puts the producer's id and sequence into them right before they are sent, and
 * what the target refuses comes back to {@link io.tain.batch.Transcoder} to be split, halved or rid of one record.
 *
 * <p>Inside, batches of all formats are read into one {@code RecordTable} ({@code BatchReader}, {@code RecordReader},
 * {@code LegacyRecordReader}, {@code Decompressor}) and written from it ({@code BatchWriter}, {@code Compressor}).
 */
package io.tain.batch;
