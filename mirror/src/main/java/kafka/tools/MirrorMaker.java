package kafka.tools;

import io.tain.cli.Tain;
import java.util.List;
import kafka.consumer.BaseConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Kafka's MirrorMaker by its old name: the same command line, run by Tain. */
public final class MirrorMaker {
    private MirrorMaker() {}

    public static void main(String[] args) {
        Tain.mirrorMaker(args);
    }

    /**
     * What a class named by {@code --message.handler} implements. Binary compatible with the interface of this name in
     * Kafka up to 3.9.
     */
    public interface MirrorMakerMessageHandler {
        /**
         * Called from several threads at once.
         *
         * @return what to write for this record; an empty list leaves it out
         */
        List<ProducerRecord<byte[], byte[]>> handle(BaseConsumerRecord record);
    }
}
