package io.tain.sim;

import io.tain.config.BreakPolicies.Lost;
import io.tain.config.BreakPolicies.Recreated;
import io.tain.config.BreakPolicies.Truncated;
import io.tain.config.OnRefused;
import io.tain.link.Event.Kind;
import io.tain.link.Event.Offsets;
import io.tain.offset.TopicIds;
import io.tain.sim.SimRecord.Fate;
import io.tain.sim.SimRecord.State;
import io.tain.sim.TargetCluster.Acknowledged;
import io.tain.state.Checkpoint;
import io.tain.state.Checkpoint.Producer;
import io.tain.wire.SimulatedClient.Sent;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.Record;

/**
 * Holds a simulation to the promises of the mirror, each time that something is written, acknowledged or committed:
 *
 * <ul>
 *   <li>I1 complete: what is below the committed position is on the target, and was acknowledged to the one who commits;
 *   <li>I2 ordered: a record reaches the target for the first time when all before it are there;
 *   <li>I3 nothing invented: key, value, header and timestamp of each are the source's, and the record is visible there;
 *   <li>I4 duplicates: only from the committed position on, by somebody who had to begin there anew;
 *   <li>I5 a commit is never above the lowest unacknowledged record, I6 and never goes back;
 *   <li>I7 in calm weather lag returns to zero, I8 and what is left out was told.
 * </ul>
 */
final class Checker {
    private static final Set<Kind> REFUSED = Set.of(Kind.SKIPPED, Kind.DEAD_LETTER);
    private static final int MAX_CORRUPT_READS = 3;
    private static final Set<Kind> NOT_COPIED = Set.of(Kind.SKIPPED, Kind.DEAD_LETTER, Kind.LOST, Kind.TRUNCATED);

    private final World world;
    private final Map<TopicPartition, Integer> frontiers = new HashMap<>();
    private final Map<Lane, Integer> lastWritten = new HashMap<>();
    private final Map<Owner, List<Tenure>> tenures = new HashMap<>();
    private final Map<Owner, Integer> excuses = new HashMap<>();
    private final Map<TopicPartition, Integer> corrupted = new HashMap<>();
    private final Set<Place> owners = new HashSet<>();
    private final Allowances allowances;
    private int duplicates;

    private record Lane(long producerId, TopicPartition partition) {}

    private record Owner(String mirror, TopicPartition partition) {}

    private record Place(TopicPartition partition, List<Producer> producers) {}

    /** One assignment of a partition to a mirror. */
    private static final class Tenure {
        final long moment;
        final BitSet acknowledged = new BitSet();
        long start;
        int checked;

        Tenure(long moment, long start) {
            this.moment = moment;
            this.start = start;
        }
    }

    Checker(World world) {
        this.world = world;
        this.allowances = new Allowances(world);
    }

    int duplicates() {
        return duplicates;
    }

    static String mirrorOf(String client) {
        return client.substring(0, client.indexOf('/'));
    }

    /** @param committed the group's position, -1 if it has none */
    void onAssigned(String mirror, TopicPartition partition, long committed) {
        Owner owner = new Owner(mirror, partition);
        tenures.computeIfAbsent(owner, o -> new ArrayList<>()).add(new Tenure(world.steps(), committed));
        excuse(owner);
    }

    Allowances allowances() {
        return allowances;
    }

    /** An operator has a mirror go on where the partition stands. */
    void onTriedAgain(String mirror, TopicPartition partition) {
        excuse(new Owner(mirror, partition));
    }

    /** What the target was given may have to be read once more by whoever owns the partition. */
    void onCorrupted(TopicPartition partition) {
        corrupted.merge(partition, 1, Integer::sum);
        excuseAll(partition);
    }

    /** Whether so much of it was damaged on the way that it may count as damaged in the log: reading it once more did not help. */
    boolean wasCorrupted(TopicPartition partition) {
        return corrupted.getOrDefault(partition, 0) >= MAX_CORRUPT_READS;
    }

    void onProducersForgotten(TopicPartition partition) {
        excuseAll(partition);
    }

    private void excuseAll(TopicPartition partition) {
        tenures.keySet().stream()
                .filter(owner -> owner.partition.equals(partition))
                .forEach(this::excuse);
    }

    private void excuse(Owner owner) {
        excuses.merge(owner, 1, Integer::sum);
    }

    private Tenure tenureAt(Owner owner, long moment) {
        Tenure found = null;
        for (Tenure tenure : tenures.getOrDefault(owner, List.of())) {
            if (tenure.moment <= moment) {
                found = tenure;
            }
        }
        if (found == null) {
            throw new Violation("ownership", owner + " writes without having been assigned");
        }
        return found;
    }

    void onWritten(Sent sent, TopicPartition partition, List<Record> content, long producerId) {
        List<SimRecord> known = world.source.log(partition).records;
        Owner owner = new Owner(mirrorOf(sent.client()), partition);
        Tenure tenure = tenureAt(owner, sent.sentAt());
        int first = -1;
        int last = -1;
        for (Record record : content) {
            OptionalLong birth = SimRecord.birthOf(record);
            if (birth.isEmpty() || birth.getAsLong() < 0 || birth.getAsLong() >= known.size()) {
                throw new Violation("I3", "nobody wrote what " + sent.client() + " writes to " + partition);
            }
            SimRecord original = known.get((int) birth.getAsLong());
            checkContent(original, record);
            if (original.birth <= last) {
                throw new Violation("I2", original + " behind " + known.get(last) + " in one batch");
            }
            if (original.copied) {
                duplicates++;
                if (world.terms.exactlyOnce() && !original.mayRepeat) {
                    throw new Violation("I4", sent.client() + " writes " + original + " again");
                }
                original.mayRepeat = false;
                if (original.offset < tenure.start) {
                    throw new Violation(
                            "I4", original + " again, though " + owner.mirror + " began at " + tenure.start);
                }
            } else {
                checkOrder(original, known);
                original.copied = true;
            }
            first = first < 0 ? original.birth : first;
            last = original.birth;
        }
        world.trace.note(
                "target: %s writes records %d to %d of %s (%s to %s)",
                sent.client(), first, last, partition, known.get(first).offset, known.get(last).offset);
        if (producerId >= 0) {
            checkDuplicates(owner, new Lane(producerId, partition), first, last);
        }
    }

    private void checkContent(SimRecord original, Record record) {
        if (!original.isSame(record)) {
            throw new Violation("I3", original + " is not what was written: " + record);
        }
        if (isHidden(original)) {
            throw new Violation("I3", original + " is not to be seen");
        }
    }

    private boolean isHidden(SimRecord record) {
        boolean undecided = record.state == State.PENDING || record.state == State.ABORTED;
        return undecided && world.terms.isolation() == IsolationLevel.READ_COMMITTED;
    }

    private void checkOrder(SimRecord written, List<SimRecord> known) {
        int frontier = frontiers.getOrDefault(written.partition, 0);
        while (frontier < written.birth) {
            SimRecord before = known.get(frontier);
            if (!before.copied && before.isRequired() && !isTakenOut(before) && !allowances.isBelowLoss(before)) {
                throw new Violation("I2", written + " is written before " + before);
            }
            frontier++;
        }
        frontiers.put(written.partition, frontier);
    }

    /** Whether an election has taken something at or behind the offset. */
    private static boolean wasTruncated(List<SimRecord> known, long offset) {
        return known.stream()
                .anyMatch(record -> record.state == State.TRUNCATED && !record.deleted && record.offset >= offset);
    }

    /** By what policies allow when the source's log no longer has the position. */
    private boolean mayBeLeftOut(SimRecord record, List<SimRecord> known) {
        boolean lost = record.state == State.EXPIRED && world.breaks.lost() == Lost.JUMP;
        return lost
                || allowances.isBelowRestart(record)
                || (world.breaks.truncated() == Truncated.CONTINUE
                        && wasTruncated(known.subList(0, record.birth), record.offset));
    }

    private boolean isSkipped(SimRecord record) {
        return record.fate != Fate.ACCEPTED && world.terms.onRefused() == OnRefused.SKIP;
    }

    private boolean isTakenOut(SimRecord record) {
        return isSkipped(record) || (record.fate != Fate.ACCEPTED && world.terms.onRefused() == OnRefused.DEAD_LETTER);
    }

    /** Dead letters: of records that the target refuses, and in order, too. */
    void onLetters(Sent sent, TopicPartition partition, List<Record> content) {
        List<SimRecord> known = world.source.log(partition).records;
        Owner owner = new Owner(mirrorOf(sent.client()), partition);
        Tenure tenure = tenureAt(owner, sent.sentAt());
        for (Record letter : content) {
            SimRecord original = SimRecord.birthOf(letter).stream()
                    .mapToObj(birth -> known.get((int) birth))
                    .findFirst()
                    .orElseThrow(() -> new Violation("I3", "a dead letter of nothing: " + letter));
            if (!original.isLetter(letter) || original.fate == Fate.ACCEPTED || isHidden(original)) {
                throw new Violation("I3", letter + " is not what becomes of " + original);
            }
            if (original.lettered && original.offset < tenure.start) {
                throw new Violation("I4", original + " again, though " + owner.mirror + " began at " + tenure.start);
            }
            if (!original.lettered) {
                known.subList(0, original.birth).stream()
                        .filter(before -> before.fate != Fate.ACCEPTED && before.isRequired() && !before.lettered)
                        .filter(before -> !mayBeLeftOut(before, known))
                        .findFirst()
                        .ifPresent(before -> {
                            throw new Violation("I2", "a dead letter of " + original + " before one of " + before);
                        });
            }
            original.lettered = true;
        }
    }

    private void checkDuplicates(Owner owner, Lane lane, int first, int last) {
        Integer before = lastWritten.put(lane, last);
        if (before != null && first <= before) {
            int left = excuses.getOrDefault(owner, 0);
            if (left == 0) {
                throw new Violation(
                        "I4",
                        owner.mirror + " writes record " + first + " of " + lane.partition + " again after " + before
                                + ", and has no reason to");
            }
            excuses.put(owner, left - 1);
        }
    }

    void onAcknowledged(Sent sent, Acknowledged what) {
        Owner owner = new Owner(mirrorOf(sent.client()), what.partition());
        Tenure tenure = tenureAt(owner, sent.sentAt());
        what.records()
                .records()
                .forEach(record ->
                        tenure.acknowledged.set((int) SimRecord.birthOf(record).orElseThrow()));
    }

    /**
     * A commit that the coordinator takes.
     *
     * @param before what was committed before, -1 for nothing
     */
    void onCommitted(String mirror, TopicPartition partition, Position before, Position committed) {
        SourceLog log = world.source.log(partition);
        Tenure tenure = tenureAt(new Owner(mirror, partition), Long.MAX_VALUE);
        List<SimRecord> known = log.records;
        if (allowances.isOrdered(partition, committed.offset)) {
            tenure.start = committed.offset;
            tenure.checked = 0;
            excuse(new Owner(mirror, partition));
            return;
        }
        if (!world.source.isCurrent(partition, committed.topic)) {
            if (before.offset >= 0 && before.topic.equals(world.source.topicId(partition.topic()))) {
                throw new Violation("I6", partition + " goes back to a topic that is gone, to " + committed);
            }
            return; // the one who commits has not heard yet that the topic is another
        }
        if (before.offset >= 0 && !world.source.isCurrent(partition, before.topic)) {
            checkRecreated(partition);
            begin(tenure, log, committed);
            return;
        }
        if (before.offset < 0 || allowances.isTakenForOlder(log, before, committed)) {
            begin(tenure, log, committed);
            return;
        }
        if (world.breaks.truncated() == Truncated.CONTINUE) {
            known.stream()
                    .filter(record -> record.offset < committed.offset && record.isRequired())
                    .filter(record -> committed.epoch < 0 || record.epoch <= committed.epoch)
                    .filter(record -> !record.hasArrived() && mayBeLeftOut(record, known) && !isSkipped(record))
                    .forEach(Checker::leaveOut);
        }
        if (committed.offset < before.offset) {
            boolean wasCut = wasTruncated(known, committed.offset) || before.offset > log.end();
            boolean mayGoBack = world.breaks.truncated() != Truncated.HALT && wasCut;
            if (mayGoBack) {
                tenure.start = Math.min(tenure.start, committed.offset);
                tenure.checked = 0;
                excuse(new Owner(mirror, partition));
                return;
            }
            throw new Violation("I6", partition + " goes back from " + before + " to " + committed);
        }
        checkAcknowledged(mirror, log, tenure, committed);
    }

    /** All below the position has come to the target, and the one who commits knows it. */
    private void checkAcknowledged(String mirror, SourceLog log, Tenure tenure, Position committed) {
        List<SimRecord> known = log.records;
        while (tenure.checked < known.size()) {
            SimRecord record = known.get(tenure.checked);
            if (!record.isOverwritten() && record.offset >= committed.offset) {
                break;
            }
            if (committed.epoch >= 0 && record.epoch > committed.epoch && !record.deleted) {
                break; // written by a leader that the one who commits has not seen
            }
            boolean due = record.offset >= tenure.start && record.isRequired();
            if (due && isSkipped(record)) {
                checkTold(record);
            } else if (due && world.terms.exactlyOnce() && record.copied) {
                world.see("found copied", tenure.acknowledged.get(record.birth) ? 0 : 1);
            } else if (due && !tenure.acknowledged.get(record.birth)) {
                if (!mayBeLeftOut(record, known)) {
                    throw new Violation(
                            "I5",
                            mirror + " commits " + committed + " of " + log.partition + ", but has no answer for "
                                    + record);
                }
                leaveOut(record);
            } else if (due && !record.hasArrived()) {
                throw new Violation("I1", mirror + " commits " + committed + " without " + record);
            } else if (due && !record.copied) {
                checkTold(record);
            }
            tenure.checked++;
        }
    }

    private void begin(Tenure tenure, SourceLog log, Position committed) {
        // A take-over lies between the look at the source and the commit.
        boolean mayBeOlder = world.terms.exactlyOnce() && committed.offset < log.start();
        if (committed.offset != log.start() && !mayBeOlder) {
            throw new Violation("I1", log.partition + " begins at " + committed.offset + ", not at " + log.start());
        }
        tenure.start = committed.offset;
        log.records.forEach(record -> record.excused |= record.offset < committed.offset);
    }

    /** Who goes on in another topic of the same name was told to, and has said so before. */
    private void checkRecreated(TopicPartition partition) {
        boolean told = world.events(partition, Set.of(Kind.RECREATED)).findAny().isPresent();
        if (!told || world.breaks.recreated() != Recreated.RESTART) {
            throw new Violation("I8", partition + " goes on in another topic, and nobody was told");
        }
    }

    /**
     * What a process writes into the state topic. An owner's first word is its place: only the group, which knows its members, can tell
     * that it is one, so that has to have it before.
     */
    void onState(String mirror, TopicPartition partition, Checkpoint checkpoint) {
        boolean isPlace = owners.add(new Place(partition, checkpoint.producers()));
        boolean isMarked = world.group
                .committed(partition)
                .map(commit -> TopicIds.targetOffset(commit.metadata()).isPresent())
                .orElseGet(() -> world.source.log(partition).wasRecreated());
        world.see("taken over", isPlace ? 1 : 0);
        // What arrives after the end of who sent it may be older than what the group has by then.
        boolean isLive = world.mirrors().stream().anyMatch(running -> running.name.equals(mirror) && running.isLive());
        if (isPlace && !isMarked && isLive) {
            throw new Violation("ownership", mirror + " tells its place in " + partition + " before the group has it");
        }
        world.trace.note(
                "state: %s has %s at %d, target %d, %s, by %s",
                mirror,
                partition,
                checkpoint.sourceOffset(),
                checkpoint.targetOffset(),
                checkpoint.phase(),
                checkpoint.producers());
    }

    private static void leaveOut(SimRecord record) {
        record.leftOut = true;
        record.excused = true;
    }

    /** I8: whoever passes over a record that is not copied has told so before. */
    private void checkTold(SimRecord record) {
        if (!record.copied
                && !world.wasTold(record.partition, record.offset, NOT_COPIED)
                && !allowances.isBelowLoss(record)
                && !allowances.isBelowRestart(record)) {
            throw new Violation("I8", "nobody was told that " + record + " is not copied");
        }
    }

    /** @param topic the source topic's id, zero if it is not told */
    record Position(long offset, int epoch, Uuid topic) {
        static final Position NONE = new Position(-1, -1, Uuid.ZERO_UUID);
    }

    /** After all has come to rest. */
    void checkComplete() {
        long skipped = 0;
        for (SourceLog log : world.source.logs()) {
            for (SimRecord record : log.records) {
                if (record.leftOut && !record.copied) {
                    checkTold(record);
                }
                if (!record.hasArrived() && record.isRequired()) {
                    if (!isSkipped(record) && !allowances.isBelowLoss(record)) {
                        throw new Violation("I1", "the target lacks " + record);
                    }
                    checkTold(record);
                    skipped += world.wasTold(log.partition, record.offset, REFUSED) ? 1 : 0;
                }
            }
            world.told(log.partition, REFUSED).forEach(offsets -> checkRefused(log, offsets));
            if (world.events(log.partition, Set.of(Kind.TARGET_LOST)).findAny().isPresent()) {
                throw new Violation(
                        "I8", "operators were told that the target has lost something, which it never does");
            }
        }
        if (world.refusedCount() < skipped) {
            throw new Violation("I8", skipped + " records left out, but only " + world.refusedCount() + " counted");
        }
    }

    /** What is told to be refused was, from the first offset on: there may be holes between, but nothing that was copied. */
    private static void checkRefused(SourceLog log, Offsets told) {
        Map<Long, List<SimRecord>> byOffset = log.records.stream()
                .filter(record -> told.first() <= record.offset && record.offset < told.next())
                .collect(Collectors.groupingBy(record -> record.offset));
        boolean begins = byOffset.getOrDefault(told.first(), List.of()).stream()
                .anyMatch(record -> record.fate != Fate.ACCEPTED);
        boolean goesOn = byOffset.values().stream()
                .noneMatch(records -> records.stream().noneMatch(SimRecord::isOverwritten)
                        && records.stream().anyMatch(record -> record.state == State.VISIBLE)
                        && records.stream().allMatch(record -> record.fate == Fate.ACCEPTED));
        boolean wasRecreated = log.records.stream().anyMatch(record -> record.deleted);
        if (!begins || (!goesOn && !wasRecreated)) {
            throw new Violation("I8", "operators were told that " + told + " is refused, which has " + byOffset);
        }
    }
}
