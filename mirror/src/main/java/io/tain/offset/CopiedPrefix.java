package io.tain.offset;

import java.util.Arrays;
import java.util.Optional;

/**
 * Finds out how far a partition was copied, from what lies behind a checkpoint on both sides: the target's records there that are
 * copies, and then the source's records, one by one, until the first that has no copy. Used by one thread.
 *
 * <p>Nothing is assumed of offsets. Where nothing was compacted, the two run side by side, and any difference is a
 * {@link #problem}. Compaction on the source may have taken records that were copied, and retention too: then their copies
 * have no counterpart, at most as many as offsets are missing there. Compaction on the target may have taken copies: then records of
 * the source have none, at most as many as offsets are missing on the target, and the source is read on for the last copy's.
 *
 * <p>If the source has lost that one, a record of the same key has come behind it, and compaction, which goes through a log from its
 * beginning, has left only the latest of each key before it. So what is left there has a copy that compaction on the target
 * could not take, and the first record without a copy behind the last with one was never copied. That holds for a log as it is
 * at one time; one that was being compacted while it was read must be read {@linkplain #again again}.
 */
public final class CopiedPrefix {
    private long[] copies = new long[64];
    private long[] targets = new long[64];
    private int count;
    private long missingOnTarget;
    private long missingOnSource;
    private int matched;
    private long unmatchedCopies;
    private long withoutCopy;
    private boolean passedOver;
    private long resume;
    private boolean ended;
    private boolean unsure;
    private Optional<String> problem = Optional.empty();
    private OffsetMap pairs;

    /** @param from the checkpoint's source offset */
    public CopiedPrefix(long from) {
        this.resume = from;
        this.pairs = new OffsetMap(from);
    }

    /**
     * The next copy on the target.
     *
     * @param offset its offset there
     * @param digest of its key, value, headers and time
     */
    public void addCopy(long offset, long digest) {
        if (count == copies.length) {
            copies = Arrays.copyOf(copies, 2 * count);
            targets = Arrays.copyOf(targets, 2 * count);
        }
        targets[count] = offset;
        copies[count++] = digest;
    }

    /** So many offsets of the target's log behind the checkpoint have no record. */
    public void addMissingOnTarget(long offsets) {
        missingOnTarget += offsets;
    }

    /** So many offsets of the source's log have no record and no batch, before the next record that is told. */
    public void addMissingOnSource(long offsets) {
        missingOnSource += offsets;
    }

    /** Copies that were told. */
    public int copies() {
        return count;
    }

    /** Whether there may have been copies, none of which is left. */
    public boolean isHollow() {
        return count == 0 && missingOnTarget > 0;
    }

    /** Whether compaction on the target may have taken copies. */
    public boolean mayLackCopies() {
        return missingOnTarget > 0;
    }

    /** Whether all that is to be known is known, without looking at more of the source. */
    public boolean isDone() {
        return ended || (matched == count && withoutCopy == 0);
    }

    /** Whether the place holds only if the source's log stood still while it was read. */
    public boolean isUnsure() {
        return unsure;
    }

    /** Forgets what was told of the source, for it is told once more from the checkpoint on. */
    public void again(long from) {
        missingOnSource = 0;
        matched = 0;
        unmatchedCopies = 0;
        withoutCopy = 0;
        passedOver = false;
        resume = from;
        pairs = new OffsetMap(from);
        ended = false;
        unsure = false;
    }

    /**
     * The next record of the source that is to be mirrored; only while not {@link #isDone}.
     *
     * @param offset its offset
     * @param digest as of copies
     */
    public void offer(long offset, long digest) {
        int next = find(digest);
        if (next >= 0) {
            unmatchedCopies += next - matched;
            pairs.add(offset, targets[next], 1);
            matched = next + 1;
            resume = offset + 1;
            passedOver = false;
            ended = matched == count;
            return;
        }
        if (!passedOver) {
            resume = offset; // unless more of the copies turn up
            passedOver = true;
        }
        if (withoutCopy < missingOnTarget) {
            withoutCopy++;
        } else {
            end("the source's record at offset " + offset + " is not the one that was copied next");
        }
    }

    /** The source has no more records. */
    public void endOfSource(long offset) {
        if (!isDone()) {
            end("the source ends at offset " + offset);
        }
    }

    private int find(long digest) {
        long farthest = Math.min(count, matched + missingOnSource - unmatchedCopies + 1);
        for (int i = matched; i < farthest; i++) {
            if (copies[i] == digest) {
                return i;
            }
        }
        return -1;
    }

    /** No copy can be matched any more: all that are left must be of records that the source has lost. */
    private void end(String why) {
        ended = true;
        int left = count - matched;
        unsure = left > 0 && missingOnTarget > 0;
        if (left > missingOnSource - unmatchedCopies) {
            problem = Optional.of(
                    why + ", but " + left + " of " + count + " copies on the target have no counterpart before "
                            + "offset " + resume + ", where " + missingOnSource + " offsets of the source and "
                            + missingOnTarget
                            + " of the target are missing");
        }
    }

    /** Which record each copy is of, as a map that begins at the checkpoint and knows all below a source offset. */
    public MapView pairs(long upTo) {
        pairs.passTo(upTo);
        pairs.publish();
        return pairs.view();
    }

    /** The same where the last copies are of records that the source has lost: what they are copies of, nobody can tell. */
    public MapView pairsBeforeGap(long upTo) {
        pairs.miss(upTo);
        pairs.publish();
        return pairs.view();
    }

    /** Whether the last copies are of records that the source has lost. */
    public boolean lacksLast() {
        return matched < count;
    }

    /** Whether the source still has a record that was copied. */
    public boolean hasMatched() {
        return matched > 0;
    }

    /** Where to go on: the source's first offset that was not copied. */
    public long resume() {
        return resume;
    }

    /** Why that can't be told. */
    public Optional<String> problem() {
        return problem;
    }
}
