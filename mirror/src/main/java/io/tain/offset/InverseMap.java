package io.tain.offset;

import io.tain.offset.MapChunk.Run;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The map of a link in the opposite direction, by what a link has copied: where each record of the target is on the source that it came
 * from. Of a record that is on the target more than once only the last copy is in it, so that its offsets rise on both sides; and
 * where the map has a gap, so has its inverse.
 */
public final class InverseMap {
    private InverseMap() {}

    /** @param gapBefore whether records may have been copied right before the run that nobody noted */
    private record Piece(Run run, boolean gapBefore) {}

    /**
     * @param map of what was copied
     * @param source where the copy stands on the source
     * @param target where it stands on the target; what comes from there on is new
     */
    public static MapView of(MapView map, long source, long target) {
        List<Piece> pieces = lastCopies(map);
        if (pieces.isEmpty()) {
            return MapView.EMPTY;
        }
        OffsetMap inverse = new OffsetMap(pieces.get(0).run().target());
        for (int i = 0; i < pieces.size(); i++) {
            Run run = pieces.get(i).run();
            if (i > 0 && pieces.get(i).gapBefore()) {
                inverse.miss(run.target());
            }
            inverse.add(run.target(), run.source(), run.count());
        }
        if (map.endsWithGap() || map.covered() < source) {
            inverse.miss(target);
        } else {
            inverse.passTo(target);
        }
        inverse.publish();
        return inverse.view();
    }

    private static List<Piece> lastCopies(MapView map) {
        List<Piece> all = new ArrayList<>();
        Pieces collected = new Pieces(map.from(), all);
        map.chunks().forEach(chunk -> chunk.visit(collected));
        List<Piece> kept = new ArrayList<>();
        long limit = Long.MAX_VALUE;
        for (int i = all.size() - 1; i >= 0; i--) {
            Run run = all.get(i).run();
            long count = Math.min(run.sourceEnd(), limit) - run.source();
            if (count > 0) {
                kept.add(new Piece(
                        new Run(run.source(), run.target(), count), all.get(i).gapBefore()));
                limit = run.source();
            } else if (all.get(i).gapBefore()) {
                Piece next = kept.remove(kept.size() - 1);
                kept.add(new Piece(next.run(), true));
            }
        }
        Collections.reverse(kept);
        return kept;
    }

    /** Collects runs, with the gaps before them. Used by one thread. */
    private static final class Pieces implements MapChunk.RunVisitor {
        private final List<Piece> all;
        private long end;

        Pieces(long from, List<Piece> all) {
            this.end = from;
            this.all = all;
        }

        @Override
        public boolean visit(Run run, long knownFrom) {
            all.add(new Piece(run, knownFrom > end));
            end = run.sourceEnd();
            return true;
        }
    }
}
