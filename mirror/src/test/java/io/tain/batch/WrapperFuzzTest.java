package io.tain.batch;

import io.tain.Corpus;
import io.tain.config.Codec;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Bytes from nowhere inside a compressed message of the old formats, with right checksums on both levels. */
public class WrapperFuzzTest {
    @TestFactory
    List<DynamicTest> shouldWithstand() throws IOException {
        return Corpus.replay(WrapperFuzzTest.class, WrapperFuzzTest::fuzzerTestOneInput);
    }

    /** Called by Jazzer, too. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length > 0) {
            Codec codec =
                    List.of(Codec.SNAPPY, Codec.LZ4, Codec.GZIP, Codec.SNAPPY).get(data[0] & 3);
            byte[] messages = Arrays.copyOfRange(data, 1, data.length);
            AnyReader.read(Hostile.wrapperAround(messages, (data[0] >> 7) & 1, codec), data[0]);
        }
    }
}
