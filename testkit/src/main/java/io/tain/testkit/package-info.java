/**
 * What tests, demo and benchmarks need to run a mirror against real brokers: clusters, a fault proxy, a load, an auditor.
 *
 * <p>In: cluster shapes and workloads asked for by a test. Out: client properties to connect with, and audit reports.
 * Nothing here knows the mirror.
 */
package io.tain.testkit;
