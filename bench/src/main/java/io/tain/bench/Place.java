package io.tain.bench;

import java.net.URISyntaxException;
import java.nio.file.Path;

/**
 * Where the source tree is that this program was built from.
 *
 * @param module the directory of the benchmark's module
 */
record Place(Path module) {
    /** Of the jar or the directory with classes that this class is in, below {@code target}. */
    static Place ofThisProgram() {
        try {
            Path code = Path.of(Place.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return new Place(code.getParent().getParent());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    Path launcher() {
        return module.resolveSibling("tain");
    }

    /** The raw results that BENCHMARKS.md is made from. */
    Path results() {
        return module.resolve("results");
    }

    /** Written by hand: by how much targets are missed, why, and the evidence. */
    Path bounds() {
        return results().resolve("bounds.md");
    }

    Path report() {
        return module.resolveSibling("BENCHMARKS.md");
    }
}
