/**
 * Fail-over and fail-back of a link, step by step and without any mirror in this process: in go a {@link io.tain.config.LinkConfig} and
 * what both clusters say, out come entries in the link's state topic, offsets of groups, and a report. What is done is in the state topic
 * before the next step begins, so that a command that was killed goes on where it was. One thread.
 */
package io.tain.failover;
