package io.tain.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A work that is ready for contenders to take turns at it. */
interface Trial {
    /** Those that take part, in the order of their turns. */
    List<Contender> contenders(Field field) throws IOException, InterruptedException;

    /**
     * One turn.
     *
     * @param turn a name of this turn alone
     * @param directory an empty one, for the contender's files
     */
    Map<Measure, Double> run(Contender contender, String turn, Path directory) throws IOException;
}
