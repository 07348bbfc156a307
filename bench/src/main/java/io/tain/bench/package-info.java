/**
 * The benchmark behind BENCHMARKS.md: {@code ./tain bench}.
 *
 * <p>{@link io.tain.bench.Bench} reads the options and picks {@link io.tain.bench.Work}s. For each of them
 * {@link io.tain.bench.Session} starts a source and a target broker in processes of their own, prepares a
 * {@link io.tain.bench.Trial} and lets the {@link io.tain.bench.Contender}s take turns at it, each in a process of its own.
 * Every turn gives a {@link io.tain.bench.Run}; {@link io.tain.bench.Summary} takes the medians, {@link io.tain.bench.Targets}
 * judges them, and {@link io.tain.bench.Report} writes them down.
 */
package io.tain.bench;
