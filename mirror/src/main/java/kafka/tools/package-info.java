/** Kafka's MirrorMaker by its old name; what its message handlers were compiled against. */
package kafka.tools;
