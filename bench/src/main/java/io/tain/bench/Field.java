package io.tain.bench;

import io.tain.config.Delivery;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;

/**
 * The contenders there are.
 *
 * @param place where their programs are
 * @param streams with how many streams or tasks each peer is run; the better counts. None: without peers
 */
record Field(Place place, List<Integer> streams) {
    Contender limit() {
        return new LimitContender();
    }

    /** As it is from its second start on: the first one in an installation also makes an archive of classes. */
    Contender tain() throws IOException, InterruptedException {
        new ProcessBuilder(place.launcher().toString(), "run", "--help")
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start()
                .waitFor();
        return new TainContender(place.launcher(), Delivery.EXACTLY_ONCE);
    }

    /** With the weaker promise, to see what the default one costs; after {@link #tain}. */
    Contender tainAtLeastOnce() {
        return new TainContender(place.launcher(), Delivery.AT_LEAST_ONCE);
    }

    List<Contender> peers() throws IOException, InterruptedException {
        List<Contender> peers = new ArrayList<>();
        for (int count : streams) {
            peers.add(new MirrorMaker1(count, PeerJars.of(Contender.MIRROR_MAKER_1, place)));
            peers.add(new MirrorMaker2(count, PeerJars.of(Contender.MIRROR_MAKER_2, place)));
        }
        return peers;
    }
}
