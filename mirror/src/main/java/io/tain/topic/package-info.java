/**
 * Target topics: what a source topic needs on the target before its first record may be written.
 *
 * <p>{@link io.tain.topic.TopicPlan} decides from two descriptions, and does nothing; {@link io.tain.topic.TargetTopics}
 * describes and applies with Kafka's admin client. A topic that can't be had is refused by itself; the others go on.
 */
package io.tain.topic;
