package io.tain.admin;

import java.time.Instant;

/**
 * What runs.
 *
 * @param version of Tain
 * @param kafkaClients version of the Kafka client in it
 * @param started when the process began to mirror
 */
public record ServerInfo(String version, String kafkaClients, Instant started) {}
