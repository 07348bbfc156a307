package io.tain.link;

import io.tain.batch.Assignment;
import io.tain.offset.MapChunk;
import io.tain.offset.MapView;
import io.tain.offset.StoredChunk;
import io.tain.offset.Walked;
import io.tain.source.SourcePartition;
import io.tain.state.StateKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The offset maps of the partitions that a link copies in this process. They are stored with the link's state; what the partition's last
 * owner stored is loaded after a take-over. {@link #collect}, {@link #onWritten} and what they call are for the thread of the
 * {@link StateDesk}, the rest for any.
 */
final class OffsetMaps implements StateDesk.Contribution {
    private static final Logger LOG = LoggerFactory.getLogger(OffsetMaps.class);

    private final String link;
    private final StateDesk desk;
    private final Map<TopicPartition, MappedPartition> maps = new ConcurrentHashMap<>();
    private final Map<MappedPartition, MapView> written = new LinkedHashMap<>();
    private final Map<MappedPartition, MapView> collected = new LinkedHashMap<>();
    private final Set<StateKey> obsolete = new HashSet<>();
    private final Set<StateKey> removed = new HashSet<>();
    /** Whether maps came or went since that was last looked at: there may be thousands, and each second tells of a few. */
    private volatile boolean someCame;

    private volatile boolean someWent;
    private final AtomicBoolean reading = new AtomicBoolean();

    private final long limitBytes;
    private boolean toldOfLimit;

    /** @param limitBytes most bytes of all maps; beyond, the largest ones give up their oldest runs */
    OffsetMaps(String link, StateDesk desk, long limitBytes) {
        this.link = link;
        this.desk = desk;
        this.limitBytes = limitBytes;
        desk.add(this);
    }

    /**
     * A partition is going to be copied.
     *
     * @param walked what a take-over found copied
     */
    MappedPartition begin(SourcePartition source, Uuid targetTopic, Optional<Walked> walked, Mailbox writer) {
        MappedPartition mapped = new MappedPartition(source, targetTopic, walked, writer);
        if (maps.put(mapped.partition(), mapped) != null) {
            someWent = true;
        }
        someCame = true;
        maybeRead();
        return mapped;
    }

    /** A partition is copied no more. */
    void end(Assignment assignment) {
        maps.computeIfPresent(assignment.partition(), (partition, mapped) -> mapped.isOf(assignment) ? null : mapped);
        someWent = true;
    }

    /** Done when the maps of these are shown as they are now. */
    CompletableFuture<Void> publish(Collection<Assignment> some) {
        return CompletableFuture.allOf(
                some.stream()
                        .flatMap(assignment -> Optional.ofNullable(maps.get(assignment.partition()))
                                .filter(mapped -> mapped.isOf(assignment))
                                .stream())
                        .map(MappedPartition::publishNow)
                        .toArray(CompletableFuture[]::new));
    }

    /** The maps that are loaded. */
    Map<TopicPartition, MapView> views() {
        Map<TopicPartition, MapView> views = new HashMap<>();
        maps.forEach((partition, mapped) -> {
            if (mapped.isLoaded()) {
                views.put(partition, mapped.view());
            }
        });
        return views;
    }

    /** Forgets what lies below the beginnings of the target's logs. */
    void dropBelow(Map<TopicPartition, Long> targetStarts) {
        targetStarts.forEach((partition, start) -> {
            MappedPartition mapped = maps.get(partition);
            if (mapped != null) {
                mapped.dropBelow(start);
            }
        });
    }

    @Override
    public void collect(BiConsumer<StateKey, byte[]> changed) {
        if (someWent) {
            someWent = false;
            written.keySet().removeIf(mapped -> maps.get(mapped.partition()) != mapped);
        }
        collected.clear();
        removed.clear();
        removed.addAll(obsolete);
        removed.forEach(key -> changed.accept(key, null));
        long bytes = 0;
        for (MappedPartition mapped : maps.values()) {
            if (mapped.isLoaded()) {
                mapped.maybePublish();
                collect(mapped, changed);
                bytes += mapped.view().sizeInBytes();
            }
        }
        if (bytes > limitBytes) {
            shrink();
        }
        maybeRead();
    }

    private void shrink() {
        List<MappedPartition> loaded =
                maps.values().stream().filter(MappedPartition::isLoaded).toList();
        long share = evenShare(
                loaded.stream().map(mapped -> mapped.view().sizeInBytes()).toList(), limitBytes);
        List<MappedPartition> large = loaded.stream()
                .filter(mapped -> mapped.view().sizeInBytes() > share)
                .toList();
        large.forEach(mapped -> mapped.dropBeyond(share));
        if (!toldOfLimit && !large.isEmpty()) {
            toldOfLimit = true;
            LOG.warn(
                    "{}: offset maps are larger than the {} MiB that the heap has for them, because of {} and {} others; giving up"
                            + " their oldest runs from now on, so that offsets from before can not be translated; a larger heap"
                            + " keeps more (KAFKA_HEAP_OPTS)",
                    link,
                    limitBytes >> 20,
                    large.get(0).partition(),
                    large.size() - 1);
        }
    }

    /** How large each may be so that together they are within the limit; those that are smaller leave their part to the others. */
    static long evenShare(List<Long> sizes, long limit) {
        long left = limit;
        int others = sizes.size();
        for (long size : sizes.stream().sorted().toList()) {
            if (size * others > left) {
                return left / others;
            }
            left -= size;
            others--;
        }
        return Long.MAX_VALUE;
    }

    /** Any thread: has those loaded that are not yet. They are chosen before the state is read, so that it has their last word. */
    private void maybeRead() {
        if (!someCame || !reading.compareAndSet(false, true)) {
            return; // who comes late is looked at when that is done
        }
        someCame = false;
        List<MappedPartition> waiters =
                maps.values().stream().filter(MappedPartition::maybeAsk).toList();
        if (waiters.isEmpty()) {
            reading.set(false);
            return;
        }
        Set<TopicPartition> wanted =
                waiters.stream().map(MappedPartition::partition).collect(Collectors.toSet());
        var unused = desk.read(key -> key.kind() == StateKey.Kind.MAP && wanted.contains(key.partition()))
                .whenComplete((state, failure) -> {
                    reading.set(false);
                    if (failure == null) {
                        load(waiters, state);
                        maybeRead();
                    } else {
                        waiters.forEach(MappedPartition::askAgain); // in a second
                        someCame = true;
                    }
                });
    }

    private void collect(MappedPartition mapped, BiConsumer<StateKey, byte[]> changed) {
        MapView view = mapped.view();
        MapView before = written.getOrDefault(mapped, MapView.EMPTY);
        if (view == before) {
            return;
        }
        view.changesSince(before)
                .forEach((number, chunk) -> changed.accept(
                        key(mapped.partition(), number),
                        chunk.map(one -> new StoredChunk(mapped.sourceTopic(), mapped.targetTopic(), one).encode())
                                .orElse(null)));
        collected.put(mapped, view);
    }

    private StateKey key(TopicPartition partition, int chunk) {
        return new StateKey(StateKey.Kind.MAP, link, partition, chunk);
    }

    @Override
    public void onWritten() {
        written.putAll(collected);
        obsolete.removeAll(removed);
    }

    @Override
    public void onLost() {
        written.clear();
        collected.clear();
    }

    private void load(Collection<MappedPartition> waiters, Map<StateKey, byte[]> state) {
        Map<TopicPartition, Map<Integer, StoredChunk>> stored = chunks(state);
        for (MappedPartition mapped : waiters) {
            Map<Integer, MapChunk> mine = new HashMap<>();
            int before = obsolete.size();
            stored.getOrDefault(mapped.partition(), Map.of()).forEach((number, chunk) -> {
                if (chunk.isOf(mapped.sourceTopic(), mapped.targetTopic())) {
                    mine.put(number, chunk.chunk());
                } else {
                    obsolete.add(key(mapped.partition(), number));
                }
            });
            if (obsolete.size() > before) {
                LOG.info(
                        "{}: the offset map of {} is about topics that are gone; beginning another",
                        link,
                        mapped.partition());
            }
            MapView view = MapView.of(mine);
            written.put(mapped, view);
            mapped.load(view);
        }
    }

    /** Chunks of the state, by partition and number; what can't be read is left out, and with it what lies before. */
    static Map<TopicPartition, Map<Integer, StoredChunk>> chunks(Map<StateKey, byte[]> state) {
        Map<TopicPartition, Map<Integer, StoredChunk>> stored = new HashMap<>();
        state.forEach((key, value) -> {
            if (key.kind() != StateKey.Kind.MAP) {
                return;
            }
            decode(key, value)
                    .ifPresent(chunk -> stored.computeIfAbsent(key.partition(), p -> new HashMap<>())
                            .put(key.chunk(), chunk));
        });
        return stored;
    }

    private static Optional<StoredChunk> decode(StateKey key, byte[] value) {
        try {
            return Optional.of(StoredChunk.decode(value));
        } catch (IllegalArgumentException e) {
            LOG.warn("{} in the state topic can't be read: {}", key, e.getMessage());
            return Optional.empty();
        }
    }
}
