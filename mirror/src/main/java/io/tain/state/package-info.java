/**
 * What links keep on their target, in one compacted topic: where each partition's copy stands. Written and read by Kafka's public
 * clients, beside the way of the data.
 */
package io.tain.state;
