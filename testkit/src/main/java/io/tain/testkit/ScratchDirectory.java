package io.tain.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A directory that is deleted with all its content when closed, or when the JVM ends. It lies in memory (/dev/shm)
 * while there is room, else in the default temporary directory.
 */
final class ScratchDirectory implements AutoCloseable {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long ROOM_BYTES = 2L << 30;
    private static final Set<ScratchDirectory> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> List.copyOf(OPEN).forEach(ScratchDirectory::close), "scratch-delete"));
    }

    private final Path path;

    private ScratchDirectory(Path path) {
        this.path = path;
    }

    static ScratchDirectory create() {
        try {
            Path path = hasRoom()
                    ? Files.createTempDirectory(MEMORY, "tain-testkit-")
                    : Files.createTempDirectory("tain-testkit-");
            ScratchDirectory directory = new ScratchDirectory(path);
            OPEN.add(directory);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasRoom() throws IOException {
        return Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() >= ROOM_BYTES;
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        if (OPEN.remove(this)) {
            deleteAll(path);
        }
    }

    /** Deletes a directory with its content. Files that vanish meanwhile do not disturb it. */
    static void deleteAll(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> paths = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(directory)) {
            walk.forEach(paths::add);
            Collections.reverse(paths);
            for (Path each : paths) {
                Files.deleteIfExists(each);
            }
        } catch (NoSuchFileException vanished) {
            deleteAll(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
