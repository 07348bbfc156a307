/** Benchmarks of the mirror beside others; none yet. */
package io.tain.bench;
