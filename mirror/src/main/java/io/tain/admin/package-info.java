/**
 * What operators and their tools see of a running mirror over HTTP: health, metrics, status, events. In: snapshots of
 * {@link io.tain.link.MirrorView}. Out: text and JSON, and, for who knows the token, orders to pause or resume. It is never on
 * the way of the data, and a mirror runs the same without it.
 */
package io.tain.admin;
