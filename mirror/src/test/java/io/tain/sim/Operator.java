package io.tain.sim;

import io.tain.sim.SimRecord.Fate;
import io.tain.sim.SimRecord.State;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/** Reads why a partition is halted, checks that it is true, and does what is asked for. */
final class Operator {
    private static final Pattern TOLD = Pattern.compile("--to-offset (\\d+)");
    private static final Pattern REFUSED = Pattern.compile("refuses the record at \\S+@(\\d+)");

    private final World world;

    Operator(World world) {
        this.world = world;
    }

    void answer(SourceLog log, String reason) {
        Matcher refused = REFUSED.matcher(reason);
        if (refused.find()) {
            long offset = Long.parseLong(refused.group(1));
            boolean isSo =
                    log.records.stream().anyMatch(record -> record.offset == offset && record.fate != Fate.ACCEPTED);
            require(isSo, log, reason);
            world.see("halted by a refusal", 1);
            world.takeAll();
        } else if (reason.contains("corrupt batch") || reason.contains("corrupt")) {
            world.see("halted by corruption", 1);
            require(world.checker.wasCorrupted(log.partition), log, reason);
        } else {
            seek(log, reason);
        }
    }

    private void seek(SourceLog log, String reason) {
        OffsetAndMetadata committed = world.group.committed(log.partition).orElseThrow();
        boolean expired = committed.offset() < log.start();
        boolean truncated = log.records.stream().anyMatch(record -> record.state == State.TRUNCATED);
        world.see(expired ? "halted by retention" : "halted by truncation", 1);
        require(expired || truncated, log, reason);
        Matcher told = TOLD.matcher(reason);
        require(told.find(), log, reason);
        long offset = Long.parseLong(told.group(1));
        if (!expired) {
            // There may have been another election since.
            offset = Math.min(
                    offset, log.endOf(committed.leaderEpoch().orElse(0)).offset());
        }
        long began = offset;
        for (SimRecord record : log.records) {
            record.excused |= record.state == State.EXPIRED && record.offset < began;
        }
        world.group.seek(log.partition, offset);
    }

    private void require(boolean isSo, SourceLog log, String reason) {
        if (!isSo) {
            throw new Violation(
                    "I8",
                    log.partition + " is halted for no reason: " + reason + "; refused would be "
                            + log.records.stream()
                                    .filter(record -> record.fate != Fate.ACCEPTED)
                                    .toList());
        }
    }
}
