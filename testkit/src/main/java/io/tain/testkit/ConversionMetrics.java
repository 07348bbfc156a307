package io.tain.testkit;

import com.yammer.metrics.core.Meter;
import com.yammer.metrics.core.Metric;
import com.yammer.metrics.core.MetricName;
import java.util.Map;
import org.apache.kafka.server.metrics.KafkaYammerMetrics;

/**
 * How many records the brokers in this JVM converted on their way into the log, or out of it.
 *
 * <p>The brokers of a JVM share one registry, and the names carry no broker: topics of the same name in two clusters
 * share one meter. A count of 0 therefore holds for all of them; another count says nothing about which it was. And when
 * any broker of this JVM stops, it takes the meters away from all: read before the first one stops. {@link RawLog} has
 * neither weakness.
 */
public final class ConversionMetrics {
    private static final String PRODUCE = "ProduceMessageConversionsPerSec";
    private static final String FETCH = "FetchMessageConversionsPerSec";

    private ConversionMetrics() {}

    /** Records converted at produce, in all topics. */
    public static long produceConversions() {
        return count(PRODUCE, null, Absence.IMPOSSIBLE);
    }

    /** Records converted at produce, in topics of this name. */
    public static long produceConversions(String topic) {
        count(PRODUCE, null, Absence.IMPOSSIBLE);
        return count(PRODUCE, "topic=" + topic, Absence.ZERO);
    }

    /** Records converted at fetch, in all topics. */
    public static long fetchConversions() {
        return count(FETCH, null, Absence.IMPOSSIBLE);
    }

    /** What it means that there is no such meter. */
    private enum Absence {
        ZERO,
        IMPOSSIBLE
    }

    private static long count(String name, String tag, Absence absence) {
        String wanted = "kafka.server:type=BrokerTopicMetrics,name=" + name + (tag == null ? "" : "," + tag);
        for (Map.Entry<MetricName, Metric> entry :
                KafkaYammerMetrics.defaultRegistry().allMetrics().entrySet()) {
            if (entry.getKey().getMBeanName().equals(wanted) && entry.getValue() instanceof Meter meter) {
                return meter.count();
            }
        }
        if (absence == Absence.IMPOSSIBLE) {
            throw new IllegalStateException("There is no metric " + wanted
                    + ": no broker runs in this JVM, or one was stopped and took the metric with it.");
        }
        return 0;
    }
}
