package io.tain.link;

import org.apache.kafka.common.TopicPartition;

/** Tells an operator how a halted partition goes on: by a position that a person has chosen. Immutable. */
final class Resuming {
    static final String AFTER_CORRUPTION =
            "to resume, mend the source or let an intact replica lead, and restart; to give"
                    + " the batch up, stop the group's members and move its position behind the batch"
                    + " (kafka-consumer-groups --reset-offsets)";

    private final String group;

    Resuming(String group) {
        this.group = group;
    }

    /** Going on at an offset. */
    String at(TopicPartition partition, long offset) {
        return with(partition, "--to-offset " + offset);
    }

    /** Copying everything again, or going on as if nothing had happened. */
    String fromTheBeginningOrHere(TopicPartition partition) {
        return with(partition, "--to-earliest") + ", which copies everything again, or with --to-current, which goes on"
                + " where it stands";
    }

    private String with(TopicPartition partition, String where) {
        return "to resume, stop every member of group " + group + ", and before starting again run on the source"
                + " kafka-consumer-groups --reset-offsets --execute --group " + group + " --topic "
                + partition.topic() + ":" + partition.partition() + " " + where;
    }
}
