package io.tain.sim;

import io.tain.link.MoveOrder;
import io.tain.link.MoveOrder.Action;
import io.tain.link.MoveOrder.Where;
import io.tain.sim.SimRecord.Fate;
import io.tain.sim.SimRecord.State;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * Reads why a partition is halted, checks that it is true, and does what is asked for: by {@code tain seek} while the mirror runs, or by
 * other tools while it is stopped.
 */
final class Operator {
    private static final Pattern TOLD = Pattern.compile("--to-offset (\\d+)");
    private static final Pattern REFUSED = Pattern.compile("refuses the record at \\S+@(\\d+)");

    private final World world;
    private final Optional<SimMirror> running;

    /** @param running the mirror that has the partition, empty if all are stopped */
    Operator(World world, Optional<SimMirror> running) {
        this.world = world;
        this.running = running;
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
            tryAgain(log);
        } else if (reason.contains("corrupt") || reason.contains("log is damaged")) {
            world.see("halted by corruption", 1);
            require(world.checker.wasCorrupted(log.partition), log, reason);
            tryAgain(log);
        } else if (reason.contains("deleted and created again on the source")) {
            world.see("halted by recreation", 1);
            require(log.wasRecreated() && reason.contains("--to-earliest"), log, reason);
            seek(log, log.start());
        } else if (reason.contains("can't tell where the copy goes on")
                || reason.contains("does not tell which topic it is of")) {
            world.see("halted by a take-over", 1);
            boolean wasCut = log.records.stream().anyMatch(record -> record.state == State.TRUNCATED);
            require(wasCut || log.wasRecreated(), log, reason);
            seek(log, firstMissing(log));
        } else {
            moveOn(log, reason);
        }
    }

    /** Of what the source has: what tain verify tells. */
    private static long firstMissing(SourceLog log) {
        return log.records.stream()
                .filter(record -> record.state == State.VISIBLE && !record.isOverwritten() && !record.hasArrived())
                .mapToLong(record -> record.offset)
                .min()
                .orElse(log.end());
    }

    private long told(SourceLog log, String reason) {
        Matcher told = TOLD.matcher(reason);
        require(told.find(), log, reason);
        return Long.parseLong(told.group(1));
    }

    private void moveOn(SourceLog log, String reason) {
        Optional<OffsetAndMetadata> committed = world.group
                .committed(log.partition)
                .filter(offset -> world.source.isCurrent(log.partition, SimGroup.topicOf(offset)));
        boolean expired = committed.isPresent() && committed.get().offset() < log.start();
        boolean truncated = committed.isPresent()
                && log.records.stream().anyMatch(record -> record.state == State.TRUNCATED && !record.deleted);
        if (!expired && !truncated && log.wasRecreated()) {
            tryAgain(log); // it may have been true of the topic that is gone: that is found out
            return;
        }
        world.see(expired ? "halted by retention" : "halted by truncation", 1);
        require(expired || truncated, log, reason);
        long offset = told(log, reason);
        if (!expired) {
            // There may have been another election since.
            offset = Math.min(
                    offset, log.endOf(committed.get().leaderEpoch().orElse(0)).offset());
        }
        // An order to go below the log's beginning is refused, with the offsets that it has.
        seek(log, running.isPresent() ? Math.max(offset, log.start()) : offset);
    }

    /** Has it go on where it stands; who starts anew does so anyway. */
    private void tryAgain(SourceLog log) {
        if (running.isPresent()) {
            world.group
                    .committed(log.partition)
                    .ifPresent(committed ->
                            log.records.forEach(record -> record.mayRepeat |= record.offset >= committed.offset()));
            world.checker.onTriedAgain(running.get().name, log.partition);
            order(log, new Where(Where.Kind.CURRENT, 0));
        }
    }

    private void seek(SourceLog log, long offset) {
        for (SimRecord record : log.records) {
            record.excused |= record.state == State.EXPIRED && record.offset < offset;
            record.mayRepeat |= record.offset >= offset;
        }
        if (running.isPresent()) {
            world.checker.allowances().onOrdered(log.partition, offset);
            order(log, new Where(Where.Kind.OFFSET, offset));
        } else {
            world.group.seek(log.partition, offset);
        }
    }

    private void order(SourceLog log, Where where) {
        world.trace.note("operator: has %s moved to %s", log.partition, where);
        world.see("moved by an order", 1);
        running.orElseThrow().engine().take(new MoveOrder(log.partition, Action.SEEK, where));
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
