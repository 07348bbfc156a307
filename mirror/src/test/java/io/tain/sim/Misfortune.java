package io.tain.sim;

import io.tain.wire.SimulatedClient;
import java.util.ArrayList;
import java.util.List;

/** What goes wrong between two events of a simulation. */
final class Misfortune {
    private Misfortune() {}

    static void maybeStrike(World world) {
        strikeConnections(world);
        strikeBrokers(world);
        strikeGroup(world);
        strikeProcesses(world);
        strikeLogs(world);
    }

    private static void strikeConnections(World world) {
        boolean breaks = world.weather.strikes(Fault.DISCONNECT);
        boolean blackHole = world.weather.strikes(Fault.BLACK_HOLE);
        if (!breaks && !blackHole) {
            return;
        }
        List<Runnable> able = new ArrayList<>();
        for (SimMirror mirror : live(world)) {
            for (SimulatedClient client : mirror.clients()) {
                for (int node : client.connected()) {
                    able.add(() -> {
                        world.trace.note(
                                "the connection of %s to %d %s", client, node, breaks ? "breaks" : "is a black hole");
                        if (breaks) {
                            client.disconnect(node);
                        } else {
                            client.turnIntoBlackHole(node);
                        }
                    });
                }
            }
        }
        if (!able.isEmpty()) {
            world.dice.pick(able).run();
        }
    }

    private static void strikeBrokers(World world) {
        if (world.weather.strikes(Fault.SOURCE_LEADER_MOVES)) {
            world.source.moveSomeLeader();
        }
        if (world.weather.strikes(Fault.TARGET_LEADER_MOVES)) {
            world.target.moveSomeLeader();
        }
        if (world.weather.strikes(Fault.SOURCE_BROKER_DOWN)) {
            takeDown(world, world.source);
        }
        if (world.weather.strikes(Fault.TARGET_BROKER_DOWN)) {
            takeDown(world, world.target);
        }
    }

    private static void takeDown(World world, SimCluster cluster) {
        int node = world.dice.pick(SimCluster.NODES);
        if (cluster.maybeTakeDown(node)) {
            for (SimMirror mirror : world.mirrors()) {
                (cluster == world.source ? mirror.sourceClients() : mirror.targetClients())
                        .forEach(client -> client.disconnectFrom(node));
            }
            world.later(world.dice.between(100, 5_000), () -> cluster.bringUp(node));
        }
    }

    private static void strikeGroup(World world) {
        if (world.weather.strikes(Fault.REBALANCE)) {
            world.trace.note("group: rebalance");
            world.group.rebalance();
        }
        if (world.weather.strikes(Fault.FENCED) && !world.group.members().isEmpty()) {
            GroupConsumer member = world.dice.pick(world.group.members());
            world.trace.note("group: takes %s for dead", member.mirror());
            world.group.remove(member);
        }
    }

    private static void strikeProcesses(World world) {
        if (world.weather.strikes(Fault.FROZEN)) {
            pick(world).ifPresent(mirror -> world.freeze(mirror, world.dice.skewed(100, 20_000)));
        }
        if (world.weather.strikes(Fault.CRASH)) {
            pick(world).ifPresent(mirror -> {
                mirror.die();
                world.bury(mirror, world.dice.between(100, 15_000));
            });
        }
        if (world.weather.strikes(Fault.STOP)) {
            pick(world)
                    .filter(mirror -> !mirror.isMemberBusy() && !mirror.isFrozen())
                    .ifPresent(mirror -> {
                        mirror.stop();
                        world.later(world.dice.between(100, 3_000), world::startMirror);
                    });
        }
    }

    private static List<SimMirror> live(World world) {
        return world.mirrors().stream().filter(SimMirror::isLive).toList();
    }

    private static java.util.Optional<SimMirror> pick(World world) {
        List<SimMirror> live = live(world);
        return live.isEmpty() ? java.util.Optional.empty() : java.util.Optional.of(world.dice.pick(live));
    }

    private static void strikeLogs(World world) {
        Dice dice = world.dice;
        if (world.weather.strikes(Fault.PRODUCERS_FORGOTTEN)) {
            TargetLog log = dice.pick(new ArrayList<>(world.target.logs()));
            if (world.target.coordinator().forget(world.terms.target().idLifeMs())) {
                world.trace.note("target: transactional ids expire");
            }
            if (log.forgetProducers()) {
                world.trace.note("target: %s forgets its producers", log.partition);
            }
        }
        SourceLog log = dice.pick(new ArrayList<>(world.source.logs()));
        if (world.weather.strikes(Fault.COMPACTION) && log.compact(dice)) {
            world.trace.note("source: compaction of %s", log.partition);
        }
        if (world.weather.strikes(Fault.RETENTION)) {
            long newStart = Math.min(log.lastStable(), log.start() + dice.between(1, 30));
            world.trace.note("source: %s begins at %d now", log.partition, newStart);
            log.expire(newStart);
        }
        String topic = log.partition.topic();
        if (world.group.knowsTopic(topic) && world.weather.strikes(Fault.RECREATION)) {
            world.source.recreate(topic);
            // Brokers drop the positions with the topic; one whose coordinator did not hear of it keeps them.
            if (dice.chance(0.7)) {
                world.group.forget(topic);
            }
        }
        if (world.weather.strikes(Fault.TRUNCATION) && log.looseBatches() > 0) {
            log.truncate(dice.between(1, log.looseBatches()), dice.pick(SimCluster.NODES));
            world.trace.note("source: %s was truncated to %d, epoch %d", log.partition, log.end(), log.epoch());
        }
    }
}
