package io.tain.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux tells of a process below /proc. */
final class ProcessFiles {
    /** The unit of times in /proc/PID/stat, the same on all of Linux's platforms that matter here. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;

    private ProcessFiles() {}

    /** The user and system time that the process has taken. */
    static double cpuSeconds(long pid) {
        return cpuSecondsOf(read(pid, "stat"));
    }

    /** The most memory that the process ever had resident. */
    static double peakMebibytes(long pid) {
        return peakMebibytesOf(read(pid, "status"));
    }

    static double cpuSecondsOf(String stat) {
        // The name in parentheses may itself hold blanks and parentheses.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS])) / TICKS_PER_SECOND;
    }

    static double peakMebibytesOf(String status) {
        return status.lines()
                        .filter(line -> line.startsWith("VmHWM:"))
                        .map(line -> line.replaceAll("\\D", ""))
                        .mapToLong(Long::parseLong)
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("no VmHWM in the status of a process"))
                / 1024.0;
    }

    private static String read(long pid, String name) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), name));
        } catch (IOException e) {
            throw new UncheckedIOException("Process " + pid + " is gone, or this is not Linux.", e);
        }
    }
}
