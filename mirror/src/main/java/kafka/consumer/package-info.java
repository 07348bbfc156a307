/** The record that MirrorMaker's message handlers are given, by its old name. */
package kafka.consumer;
