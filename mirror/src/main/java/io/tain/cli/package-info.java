/**
 * The commands: arguments in, exit statuses out, one line on stderr for each problem. The only package that ends the
 * process, prints, hears of signals, or makes objects of classes that an operator names.
 */
package io.tain.cli;
