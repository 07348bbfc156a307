/**
 * Positions: which source offsets are safely on the target. In flow source ranges as they are handed to a writer and as
 * they are done; out flows the offset that may be committed.
 */
package io.tain.offset;
