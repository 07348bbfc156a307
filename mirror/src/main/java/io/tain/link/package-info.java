/**
 * Links: one source mirrored to one target.
 *
 * <p>In: {@link io.tain.config.LinkConfig} and the operator's {@link io.tain.link.Extensions}. Out: {@link
 * io.tain.link.LinkStatus} snapshots and, in the end, an {@link io.tain.link.Outcome}. This package creates every thread
 * of the mirror: for each stream a member (group membership and commits), a reader and its writers, and for each link one
 * that looks after target topics. They speak through {@code Mailbox}es; whatever is not handed over that way belongs to
 * one thread.
 */
package io.tain.link;
