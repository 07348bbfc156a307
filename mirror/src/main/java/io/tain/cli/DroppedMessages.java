package io.tain.cli;

import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;
import javax.management.JMException;
import javax.management.NotCompliantMBeanException;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** MirrorMaker's own metric, a bean with one attribute, until it is closed. */
final class DroppedMessages {
    static final String NAME = "kafka.tools:type=MirrorMaker,name=MirrorMaker-numDroppedMessages";

    private static final Logger LOG = LoggerFactory.getLogger(DroppedMessages.class);

    private boolean registered;

    /** What the bean shows. Public, as JMX requires. */
    public interface Gauge {
        /** Records left out since the start because the target would not take them. */
        int getValue();
    }

    private static final class Bean extends StandardMBean implements Gauge {
        private final LongSupplier dropped;

        Bean(LongSupplier dropped) throws NotCompliantMBeanException {
            super(Gauge.class);
            this.dropped = dropped;
        }

        @Override
        public int getValue() {
            return (int) Math.min(Integer.MAX_VALUE, dropped.getAsLong());
        }
    }

    /** Records matter more than their bean: what keeps it from being there is only told. */
    DroppedMessages(LongSupplier dropped) {
        try {
            ManagementFactory.getPlatformMBeanServer().registerMBean(new Bean(dropped), new ObjectName(NAME));
            registered = true;
        } catch (JMException e) {
            LOG.warn("{} can't be shown: {}", NAME, e.toString());
        }
    }

    void close() {
        if (registered) {
            registered = false;
            try {
                ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName(NAME));
            } catch (JMException e) {
                LOG.debug("{} was not there any more", NAME, e);
            }
        }
    }
}
