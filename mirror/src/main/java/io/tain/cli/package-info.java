/**
 * The command line: commands, options, messages and exit statuses.
 *
 * <p>In: arguments, the environment, signals. Out: a {@link io.tain.link.Mirror} that runs, and an exit status. Only this
 * package ends the process, reads and writes its standard streams, and loads operators' classes by name.
 */
package io.tain.cli;
