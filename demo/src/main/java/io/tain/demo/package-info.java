/**
 * The product in one command: two clusters in this process, a load on one, a mirror to the other, and an audit of both.
 *
 * <p>Uses the mirror as an operator would, by a properties file, and the testkit for all that is not the product.
 */
package io.tain.demo;
