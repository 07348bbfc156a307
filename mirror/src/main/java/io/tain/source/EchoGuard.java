package io.tain.source;

import java.util.Arrays;

/**
 * Tells the batches of the source that a mirror in the opposite direction has written: copied back they would go round for ever.
 * Such a mirror's producer ids are on record before it writes with them, so an id that is new here is asked for once, and
 * its batches are held back until then. The ids that were seen lately are kept in place, so that a batch costs a look into an array.
 *
 * <p>Owned by one thread.
 */
public final class EchoGuard {
    private static final int PLACES = 1 << 10;

    private final Registry registry;
    private final long[] ids = new long[PLACES];
    private final boolean[] echoes = new boolean[PLACES];

    /** Who has written under which id. */
    public interface Registry {
        /**
         * Whether a mirror in the opposite direction has written under this producer id. Waits some milliseconds at most; any thread.
         *
         * @throws WriterUnknownException if that is not known yet; it is being asked for
         */
        boolean isMirrors(long producerId);
    }

    public EchoGuard(Registry registry) {
        this.registry = registry;
        Arrays.fill(ids, -1);
    }

    /** For a source on which no mirror leaves records. */
    public static EchoGuard none() {
        return new EchoGuard(id -> false);
    }

    /**
     * Whether a batch of that producer must not be copied.
     *
     * @param producerId as in the batch's header; -1 is nobody's
     * @throws WriterUnknownException if that is not known yet
     */
    public boolean isEcho(long producerId) {
        if (producerId < 0) {
            return false;
        }
        int place = (int) (producerId & (PLACES - 1));
        if (ids[place] != producerId) {
            echoes[place] = registry.isMirrors(producerId);
            ids[place] = producerId;
        }
        return echoes[place];
    }
}
