/**
 * The wire: Fetch, Produce and Metadata over Kafka's own network client.
 *
 * <p>This is the only package that may import Kafka's non-public classes ({@code NetworkClient}, {@code *Request},
 * {@code *Data}, {@code Metadata}); what it shows to the rest of the mirror is its own small records and enums, so that a
 * new Kafka release is absorbed here. In flow positions and batches as bytes; out flow answers, classified by what the
 * caller has to do about them. It decides nothing: retries, back-off and policy belong to {@code source} and
 * {@code target}.
 */
package io.tain.wire;
