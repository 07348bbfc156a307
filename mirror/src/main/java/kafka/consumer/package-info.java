/** The record that MirrorMaker's message handlers are given, under its old name. */
package kafka.consumer;
