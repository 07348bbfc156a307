/**
 * Compares source and target record by record, by reading both anew: it shares no state with a mirror and asks nothing of one. Where
 * batches of both sides lie in the same bytes, nothing is decompressed; else records are compared. What differs is looked at again
 * with Kafka's public consumer before it is told. One thread.
 */
package io.tain.verify;
