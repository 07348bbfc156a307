package io.tain.e2e.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** A small disk of its own (tmpfs) in the place of a directory, with that directory's content. Needs the right to mount. */
final class SmallDisk implements AutoCloseable {
    private final Path directory;

    private SmallDisk(Path directory) {
        this.directory = directory;
    }

    /** Mounts one with so much room beside what is in the directory; empty where that is not permitted. */
    static Optional<SmallDisk> over(Path directory, long roomBytes) {
        Path aside = directory.resolveSibling(directory.getFileName() + "-aside");
        long used = Long.parseLong(
                        run("du", "-sk", directory.toString()).orElseThrow().split("\\s", 2)[0])
                << 10;
        require("cp", "-a", directory.toString(), aside.toString());
        String size = "size=" + (used + roomBytes);
        if (run("mount", "-t", "tmpfs", "-o", size, "tmpfs", directory.toString())
                .isEmpty()) {
            return Optional.empty();
        }
        require("cp", "-a", aside + "/.", directory.toString());
        return Optional.of(new SmallDisk(directory));
    }

    private static void require(String... command) {
        if (run(command).isEmpty()) {
            throw new IllegalStateException(String.join(" ", command) + " failed");
        }
    }

    /** The output, or nothing if it failed. */
    private static Optional<String> run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Whether there is no room left. */
    boolean isFull() {
        return directory.toFile().getUsableSpace() < 64 << 10;
    }

    /** Takes the disk away: the directory is again as it was before. */
    @Override
    public void close() {
        require("umount", directory.toString());
    }
}
