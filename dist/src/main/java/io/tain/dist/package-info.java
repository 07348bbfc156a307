/** What the build makes for the packages out of the model of the commands: completions and man pages. Not shipped itself. */
package io.tain.dist;
