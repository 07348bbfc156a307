/**
 * What an operator's commands ask a cluster by Kafka's public clients, beside any mirror and whether or not one runs: topics,
 * a group's commits and members, the ends of logs, the lag. Reads, and never changes anything.
 */
package io.tain.inspect;
