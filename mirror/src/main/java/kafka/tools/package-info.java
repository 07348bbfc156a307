/** The entry point and the handler interface of Kafka's MirrorMaker under their old names; {@link io.tain.cli} does the work. */
package kafka.tools;
