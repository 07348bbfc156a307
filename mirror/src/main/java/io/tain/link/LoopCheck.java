package io.tain.link;

import io.tain.config.Delivery;
import io.tain.config.LinkConfig;
import io.tain.link.StartFailure.Side;
import io.tain.state.OppositeLinks;
import io.tain.state.StateKey;
import io.tain.state.StateLog;
import io.tain.state.StateTopic;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses a link whose records would go back and forth for ever: another one mirrors a topic in the opposite direction, and one of
 * the two does not deliver exactly once, so that its records can't be told from others. A link says that it is there before it
 * looks for others, so that of two that start at once, one sees the other.
 */
final class LoopCheck {
    private static final Logger LOG = LoggerFactory.getLogger(LoopCheck.class);

    private final LinkConfig config;
    private final Link.Ends ends;
    private final Duration limit;

    LoopCheck(LinkConfig config, Link.Ends ends, Duration limit) {
        this.config = config;
        this.ends = ends;
        this.limit = limit;
    }

    /**
     * How a link begins.
     *
     * @param visible all topics of the source
     * @param atTheBeginning whether it has no positions yet, and copies all that is there
     */
    record Begin(Set<String> visible, boolean atTheBeginning) {}

    /**
     * @param announced the state topic on the target, if it can be written
     * @param entry of this link
     * @param topics that are mirrored now
     * @param begin how the link begins
     */
    void check(Optional<StateLog> announced, byte[] entry, String clientId, List<String> topics, Begin begin)
            throws StartFailure {
        String name = config.state().topic().orElseThrow();
        boolean once = config.state().delivery() == Delivery.EXACTLY_ONCE;
        if (!once) {
            announced.ifPresent(topic -> announce(topic, entry)); // else it is, before anything is written
        }
        if (!begin.visible().contains(name)) {
            return;
        }
        OppositeLinks opposite = new OppositeLinks(ends.sourceId(), ends.targetId());
        try (StateTopic topic = new StateTopic(name, config.source().client(), clientId + "-loop", limit)) {
            opposite.take(topic.read(
                    key -> key.kind() == StateKey.Kind.LINK || key.kind() == StateKey.Kind.FAILOVER, () -> {}));
        } catch (KafkaException e) {
            LOG.warn(
                    "{}: can't find out from {} on the source whether a link mirrors in the opposite direction: {}",
                    config.name(),
                    name,
                    e.toString());
            return;
        }
        long nowMs = System.currentTimeMillis();
        for (String topic : topics) {
            Optional<String> back = begin.atTheBeginning() && !once ? opposite.failedOver(topic) : Optional.empty();
            if (back.isPresent()) {
                throw new StartFailure(
                        Side.CONFIGURATION,
                        "link " + config.name() + " would copy all of topic " + topic + " back that link " + back.get()
                                + " has brought before it was failed over; run tain failback first");
            }
            Optional<String> other = once
                    ? opposite.unrecorded(topic, nowMs)
                    : opposite.running(topic, nowMs).stream().findFirst();
            if (other.isPresent()) {
                throw refusal("link " + other.get(), topic, once);
            }
        }
    }

    /**
     * Looks for links that keep no state, and so say nowhere that they are there: by their groups on the target.
     *
     * @param listed groups on the target
     * @param topics that are mirrored now
     */
    void check(OppositeGroups groups, KafkaFuture<Collection<GroupListing>> listed, List<String> topics)
            throws StartFailure, InterruptedException {
        boolean once = config.state().delivery() == Delivery.EXACTLY_ONCE;
        try {
            SortedMap<String, String> found = groups.find(listed, topics, once);
            if (!found.isEmpty()) {
                String topic = found.firstKey();
                throw refusal(withGroup(found.get(topic)), topic, once);
            }
        } catch (ExecutionException e) {
            LOG.debug("{}: the groups on the target can't be listed", config.name(), e);
        }
    }

    private StartFailure refusal(String other, String topic, boolean once) {
        return new StartFailure(Side.CONFIGURATION, "link " + config.name() + ": " + harm(other, topic, once));
    }

    private static String withGroup(String group) {
        return "a link with group " + group;
    }

    private static String harm(String other, String topic, boolean once) {
        return other + " mirrors topic " + topic + " in the opposite direction under the same name, and "
                + (once ? "that link" : "this one")
                + " delivers at least once: its records would go back and forth for ever; let both"
                + " deliver exactly once, or exclude the topic from one of them";
    }

    /** The same look while the link runs. */
    static OppositeDesk.Search search(OppositeGroups groups, boolean once) {
        return topics -> {
            SortedMap<String, String> found = groups.find(groups.ask(), topics, once);
            found.replaceAll((topic, group) -> harm(withGroup(group), topic, once));
            return found;
        };
    }

    private void announce(StateLog topic, byte[] entry) {
        try {
            topic.write(Map.of(StateKey.ofLink(config.name()), entry));
        } catch (KafkaException e) {
            LOG.debug("{}: the state topic is not written yet; who keeps it will say so", config.name(), e);
        }
    }
}
