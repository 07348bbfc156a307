/**
 * What an operator wrote, read into immutable records. In: properties files, the options of a command line, environment
 * variables. Out: {@link io.tain.config.LinkConfig}s and every {@link io.tain.config.Problem} at once. Knows Kafka's client
 * settings by their public definitions, and imports no other package of Tain.
 */
package io.tain.config;
