package io.tain.link;

import io.tain.config.LinkConfig;
import org.apache.kafka.common.TopicPartition;

/** Tells an operator how a halted partition goes on: by a position that a person has chosen. Immutable. */
final class Resuming {
    static final String AFTER_CORRUPTION =
            "to resume, mend the source or let an intact replica lead, and have it read again with tain seek --to-current; to"
                    + " give the batch up, pass over it with tain skip --to-offset; or stop the group's members, move its"
                    + " position (kafka-consumer-groups --reset-offsets) and start again";

    private final String link;
    private final String group;

    Resuming(LinkConfig config) {
        this.link = config.name();
        this.group = config.groupId();
    }

    /** Going on at an offset. */
    String at(TopicPartition partition, long offset) {
        return with(partition, "--to-offset " + offset);
    }

    /** Copying everything, wherever it begins by then. */
    String fromTheBeginning(TopicPartition partition) {
        return with(partition, "--to-earliest");
    }

    /** Copying everything again, or going on as if nothing had happened. */
    String fromTheBeginningOrHere(TopicPartition partition) {
        return fromTheBeginning(partition) + ", which copies everything again, or with --to-current, which goes on"
                + " where it stands";
    }

    /** Going on as it stands after limits of the target were changed, or without a record. */
    static String afterRefusal(String topic, TopicPartition partition, long offset) {
        return "change the limits of " + topic + " and have it tried again with tain seek --to-current, or leave the"
                + " record out: tain skip --partition " + partition + " --to-offset " + (offset + 1);
    }

    private String with(TopicPartition partition, String where) {
        return "to resume: tain seek " + link + " --partition " + partition + " " + where
                + " --execute --token-file FILE; or stop every member of group " + group
                + ", and before starting again run on the source kafka-consumer-groups --reset-offsets --execute --group "
                + group + " --topic " + partition.topic() + ":" + partition.partition() + " " + where;
    }
}
