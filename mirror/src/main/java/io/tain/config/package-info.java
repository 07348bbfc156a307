/**
 * Configuration: what operators write, checked and with defaults filled in.
 *
 * <p>In: properties files and MirrorMaker's options. Out: immutable {@link io.tain.config.LinkConfig}s and warnings, or
 * every problem of all files at once. Imports nothing of the mirror.
 */
package io.tain.config;
