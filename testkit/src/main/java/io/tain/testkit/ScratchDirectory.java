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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory that is deleted with all its content when closed, or when the JVM ends. It lies in memory (/dev/shm)
 * while there is room, else in the default temporary directory. What a killed JVM left is deleted by a later one.
 */
final class ScratchDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScratchDirectory.class);
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final String PREFIX = "tain-testkit-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d+)-.*");
    private static final long ROOM_BYTES = 2L << 30;
    private static final Set<ScratchDirectory> OPEN = ConcurrentHashMap.newKeySet();

    static {
        sweep(MEMORY);
        sweep(Path.of(System.getProperty("java.io.tmpdir")));
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
            String prefix = PREFIX + ProcessHandle.current().pid() + "-";
            Path path = hasRoom() ? Files.createTempDirectory(MEMORY, prefix) : Files.createTempDirectory(prefix);
            ScratchDirectory directory = new ScratchDirectory(path);
            OPEN.add(directory);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes the directories of processes that are no more. */
    private static void sweep(Path parent) {
        if (!Files.isDirectory(parent)) {
            return;
        }
        try (Stream<Path> children = Files.list(parent)) {
            children.filter(ScratchDirectory::isAbandoned).forEach(ScratchDirectory::deleteAll);
        } catch (IOException | UncheckedIOException notOurs) {
            LOG.warn("Cannot delete what former test runs left in {}", parent, notOurs);
        }
    }

    private static boolean isAbandoned(Path directory) {
        Matcher name = NAME.matcher(directory.getFileName().toString());
        return name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty();
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
