package io.tain.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.sim.PlantedBug.Edit;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A simulation that finds nothing proves little unless it finds what is there: it catches each of these bugs. */
@ExtendWith(QuietLog.class)
class PlantedBugsTest {
    private static final long SEEDS = 5_000;

    static Stream<PlantedBug> bugs() {
        return Stream.of(
                        ofPositions(),
                        ofResending(),
                        ofCutting(),
                        ofReading(),
                        ofAnswers(),
                        ofTakingOver(),
                        ofFindingThePlace())
                .flatMap(Function.identity());
    }

    private static Stream<PlantedBug> ofPositions() {
        return Stream.of(
                PlantedBug.of(
                        "commits one past the prefix",
                        new Edit(
                                "offset/OffsetTracker.java",
                                "new Position(last.nextOffset(), epoch, targetOffset)",
                                "new Position(last.nextOffset() + 1, epoch, targetOffset)")),
                PlantedBug.of(
                        "commits what was read",
                        new Edit(
                                "link/PartitionFlow.java",
                                "        Position position = tracker.committable();\n        boolean news",
                                "        Position position = new Position(source.position(), -1); boolean news")),
                PlantedBug.of(
                        "commits backwards",
                        new Edit(
                                "link/PartitionFlow.java",
                                "return news ? Optional.of(owned ? ids().mark(position) : ids().commit(position))",
                                "return true ? Optional.of(ids().commit(isDrained() ? position : start))")),
                PlantedBug.of(
                        "counts acknowledgements past an unacknowledged range",
                        new Edit(
                                "offset/OffsetTracker.java",
                                "while (!open.isEmpty() && open.peekFirst().isDone()) {",
                                "while (!open.isEmpty() && open.stream().anyMatch(SourceRange::isDone)) {")),
                PlantedBug.of(
                        "accepts an ended assignment's acknowledgement",
                        new Edit("target/TargetWriter.java", "if (!outgoing.dropped) {", "if (true) {"),
                        new Edit(
                                "link/WriterLoop.java",
                                "if (range.isDone() && tracker != null",
                                "trackers.forEach((assignment, current) -> { "
                                        + "if (assignment.partition().equals(range.assignment().partition())) { "
                                        + "current.reach(range.nextOffset()); "
                                        + "} "
                                        + "}); "
                                        + "if (range.isDone() && tracker != null"),
                        new Edit(
                                "offset/OffsetTracker.java",
                                "    /** From any thread. */\n    public Position committable() {",
                                "    public void reach(long offset) { "
                                        + "if (offset > committable.offset()) { "
                                        + "committable = new Position(offset, -1); "
                                        + "} "
                                        + "} "
                                        + "public Position committable() {")));
    }

    private static Stream<PlantedBug> ofResending() {
        return Stream.of(PlantedBug.of(
                "sends again in another order",
                new Edit(
                        "target/Lane.java",
                        "        state = State.WAITING;\n        retryAtMs",
                        "        state = State.WAITING; "
                                + "List<Outgoing> turned = new ArrayList<>(unacked); "
                                + "Collections.reverse(turned); "
                                + "unacked.clear(); "
                                + "unacked.addAll(turned); "
                                + "identityStale |= turned.size() > 1; "
                                + "retryAtMs")));
    }

    private static Stream<PlantedBug> ofCutting() {
        return Stream.of(
                PlantedBug.of(
                        "loses half of a batch that is split",
                        new Edit(
                                "target/TargetWriter.java",
                                "halves.forEach(half ->",
                                "halves.subList(0, 1).forEach(half ->"),
                        new Edit("target/TargetWriter.java", "onSplit(halves.size())", "onSplit(1)")),
                PlantedBug.of(
                        "takes a batch for written at a disconnect",
                        new Edit(
                                "target/TargetWriter.java",
                                "if (result.outcome() == ProduceOutcome.ACKNOWLEDGED) {",
                                "if (result.outcome() == ProduceOutcome.ACKNOWLEDGED"
                                        + " || result.error().startsWith(\"disconnected\")) {")),
                PlantedBug.of(
                        "does not begin its sequences anew with a new epoch",
                        new Edit("target/Lane.java", "            resequence(0);\n", "")));
    }

    private static Stream<PlantedBug> ofReading() {
        return Stream.of(
                PlantedBug.of(
                        "goes on elsewhere, though told to halt, when retention has overtaken it",
                        new Edit(
                                "link/Repositioning.java",
                                "? Optional.empty()\n                : Optional.of(next(flow, new Position(start, -1),",
                                "? Optional.of(next(flow, new Position(start + 5, -1), flow.ids().source(), \"\"))"
                                        + ": Optional.of(next(flow, new Position(start, -1),")),
                PlantedBug.of(
                        "drops what was sent behind a batch that failed",
                        new Edit(
                                "target/Lane.java",
                                "        state = State.WAITING;\n        retryAtMs",
                                "        state = State.WAITING; "
                                        + "while (unacked.size() > 1) { "
                                        + "Outgoing tail = unacked.removeLast(); "
                                        + "nextSequence = tail.sequence; "
                                        + "tail.parts().forEach(part -> part.range().onDone()); "
                                        + "tail.release(); "
                                        + "} "
                                        + "retryAtMs")),
                PlantedBug.of(
                        "takes a partition left out of an answer for written",
                        new Edit(
                                "wire/ProduceClient.java",
                                "ProduceResult.failed(ProduceOutcome.RETRY, \"left out",
                                "ProduceResult.failed(ProduceOutcome.ACKNOWLEDGED, \"left out")),
                PlantedBug.of(
                        "sends twice the last batch of several that it joins",
                        new Edit(
                                "target/Coalescer.java",
                                "for (int i = 0; i < pile.size(); i++) {",
                                "for (int i = 1; i < pile.size(); i++) {")),
                PlantedBug.of(
                        "sends a second batch behind a first that the leader may not take",
                        new Edit("target/Lane.java", "if (!proven && inFlight > 0) {", "if (false) {")),
                PlantedBug.of(
                        "reads on in a topic that was created again",
                        new Edit(
                                "source/SourcePartition.java",
                                "if (!topicId.equals(id)) {\n            return false;\n        }",
                                "topicId = id;")),
                PlantedBug.of(
                        "copies aborted transactions",
                        new Edit("batch/AdmissionPolicy.java", "if (isAborted) {", "if (false) {")),
                PlantedBug.of(
                        "lets the same brokers have all the memory",
                        new Edit("source/SourceReader.java", "            turnedAway.add(connection.id);", "")),
                PlantedBug.of(
                        "commits another position before it tells of it",
                        new Edit(
                                "link/Repositioning.java",
                                "if (flow.moveOn(finding.offsets())) {",
                                "if (!flow.moveOn(finding.offsets())) {")),
                PlantedBug.of(
                        "names the offset that a refused batch covers, not that of its record",
                        new Edit(
                                "link/WriterLoop.java",
                                "long offset = batch.encoded().source().ofRecord(0);",
                                "long offset = batch.encoded().firstOffset();")),
                PlantedBug.of(
                        "commits the epoch of the first of several dropped batches",
                        new Edit("batch/SourceRange.java", "        leaderEpoch = epoch;\n", "")));
    }

    private static Stream<PlantedBug> ofAnswers() {
        return Stream.of(
                PlantedBug.of(
                                "believes who led a topic that is gone",
                                new Edit(
                                        "wire/FetchClient.java",
                                        "if (fetched.outcome() == FetchOutcome.MOVED && isCurrent) {",
                                        "if (fetched.outcome() == FetchOutcome.MOVED) {"))
                        .showsAt(518_500),
                PlantedBug.of(
                        "tells that the record behind the refused one is left out",
                        new Edit(
                                "link/WriterLoop.java",
                                "Offsets offsets = new Offsets(offset, batch.encoded().nextOffset());",
                                "Offsets offsets = new Offsets(offset + 1, batch.encoded().nextOffset() + 1);")),
                PlantedBug.of(
                                "tells of a dead letter by what its batch covers",
                                new Edit(
                                        "link/WriterLoop.java",
                                        "                    batch.encoded().source().ofRecord(0), batch.encoded().nextOffset());",
                                        "                    batch.encoded().firstOffset(), batch.encoded().nextOffset());"))
                        .showsAt(1_800),
                PlantedBug.of(
                        "leaves a record out when its dead letter has to wait for a topic",
                        new Edit(
                                "link/WriterLoop.java",
                                "    public void onMissingTopic(MirrorBatch batch) {\n",
                                "    public void onMissingTopic(MirrorBatch batch) {"
                                        + " if (batch.refusal().isPresent()) { done(batch); } ")),
                PlantedBug.of(
                        "tells that the target has lost what it wrote before a batch that was acknowledged first",
                        new Edit(
                                "target/Lane.java",
                                "if (baseOffset < 0 || unacked.peekFirst() != outgoing) {",
                                "if (baseOffset < 0) {")),
                PlantedBug.of(
                        "tries for ever what a policy of the target forbids",
                        new Edit("wire/ProduceOutcome.java", "                    POLICY_VIOLATION,\n", "")));
    }

    private static Stream<PlantedBug> ofTakingOver() {
        return Stream.of(
                PlantedBug.of(
                        "writes without having shut the former owner out",
                        new Edit(
                                "wire/FenceClient.java",
                                "fence.step == Step.INIT && !isSpent(given) && fence.isAlone.test(given)",
                                "fence.step == Step.INIT")),
                PlantedBug.of(
                        "forgets who wrote before",
                        new Edit(
                                "link/TakeoverDesk.java",
                                "job.producers.removeIf(old -> old.id() == job.owner.identity().id());",
                                "job.producers.clear();")),
                PlantedBug.of(
                        "leaves word that nothing is under way when something is",
                        new Edit(
                                "link/Copying.java",
                                "return drained && tracker.isIdle() ? Phase.RELEASED : Phase.COPYING;",
                                "return Phase.RELEASED;"),
                        new Edit(
                                "link/TakeoverDesk.java",
                                "job.owner.markerEpoch().isPresent()",
                                "job.owner.markerEpoch().isPresent() && !job.start.letGo()")),
                PlantedBug.of(
                        "commits without its place while it is taken over anew",
                        new Edit(
                                "link/PartitionFlow.java",
                                "Optional.of(owned ? ids().mark(position)",
                                "Optional.of(place.isPresent() ? ids().mark(position)")),
                PlantedBug.of(
                        "tells others its place before the group has taken it",
                        new Edit(
                                "link/DataPath.java",
                                "flow.settle(job.done().join(), now);",
                                "flow.settle(job.done().join(), now); desk.keep(job).isDone();")),
                PlantedBug.of(
                        "goes back to a checkpoint from a commit of the same place",
                        new Edit("link/TakeoverStart.java", "if (!committedMore) {", "if (true) {")));
    }

    private static Stream<PlantedBug> ofFindingThePlace() {
        return Stream.of(
                PlantedBug.of(
                        "believes a damaged batch that it does not open",
                        new Edit("link/Takeover.java", "if (!batch.isChecksumValid()) {", "if (false) {")),
                PlantedBug.of(
                        "gives a partition up at the first damaged answer",
                        new Edit("link/Takeover.java", "damagedReads < MAX_DAMAGED_READS", "false")),
                PlantedBug.of(
                                "takes retention that went on for a log that was cut off",
                                new Edit(
                                        "link/Takeover.java",
                                        "if (position < start) {",
                                        "if (position < start && start < from.offset()) {"))
                        .showsAt(2_300),
                PlantedBug.of(
                                "goes back without the epoch by which it would notice another election",
                                new Edit(
                                        "link/Repositioning.java",
                                        "int leaderEpoch = flow.found().leaderEpoch();",
                                        "int leaderEpoch = -1;"))
                        .showsAt(4_000));
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void shouldCatch(PlantedBug bug, @TempDir Path folder) throws Exception {
        LongFunction<Optional<String>> simulation = bug.plant(folder);
        Optional<String> caught = Optional.empty();

        for (long tried = 0; tried < SEEDS && caught.isEmpty(); tried++) {
            caught = simulation.apply(bug.firstSeed() + tried);
        }

        assertThat(caught).as("%s in %d seeds", bug, SEEDS).isPresent();
    }

    @Test
    void shouldPrintTheCommandThatReplaysASeed(@TempDir Path folder) throws Exception {
        LongFunction<Optional<String>> simulation =
                ofResending().findFirst().orElseThrow().plant(folder);
        long seed = LongStream.rangeClosed(1, SEEDS)
                .filter(number -> simulation.apply(number).isPresent())
                .findFirst()
                .orElseThrow();

        String printed = simulation.apply(seed).orElseThrow();

        assertThat(printed)
                .startsWith("seed " + seed + ": ")
                .contains(
                        "terms: Terms[",
                        "faults: {",
                        " ms  ") // the configuration, what went wrong, and the last events
                .endsWith("replay: mvn -q -pl testkit,mirror test -Dtest=SimulationTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dtain.sim.seed=" + seed + "\n")
                .isEqualTo(simulation.apply(seed).orElseThrow()); // and that does the same again
        assertThat(Simulation.run(seed)).as("without the bug").isEmpty();
    }
}
