package io.tain.link;

import java.util.Optional;

/**
 * The threads of a link that do for its streams what may take long.
 *
 * @param topics makes target topics ready
 * @param state keeps the link's state on the target; empty without a state topic
 * @param takeovers makes partitions this process's own; empty where records are delivered at least once
 * @param maps the offset maps; empty without a state topic
 * @param loops tells records that a link in the opposite direction has written; empty without a state topic
 * @param opposite looks for links in the opposite direction; empty where a handler decides where records go
 */
record Desks(
        TopicDesk topics,
        Optional<StateDesk> state,
        Optional<TakeoverDesk> takeovers,
        Optional<OffsetMaps> maps,
        Optional<LoopDesk> loops,
        Optional<OppositeDesk> opposite) {}
