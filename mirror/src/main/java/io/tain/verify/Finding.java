package io.tain.verify;

import java.util.List;

/**
 * What a closer look has found.
 *
 * @param differences what to tell; none if both sides only begin at different records
 * @param sourceOffset where both sides are alike again
 * @param targetOffset likewise
 * @param goesOn whether they are
 */
record Finding(List<Difference> differences, long sourceOffset, long targetOffset, boolean goesOn) {}
