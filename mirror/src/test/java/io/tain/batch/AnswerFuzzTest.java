package io.tain.batch;

import io.tain.Corpus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Bytes from nowhere in place of a fetch answer, with right checksums. */
public class AnswerFuzzTest {
    @TestFactory
    List<DynamicTest> shouldWithstand() throws IOException {
        return Corpus.replay(AnswerFuzzTest.class, AnswerFuzzTest::fuzzerTestOneInput);
    }

    /** Called by Jazzer, too. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length > 0) {
            ByteBuffer answer = ByteBuffer.wrap(Arrays.copyOfRange(data, 1, data.length));
            Hostile.sealAll(answer);
            AnyReader.read(answer.duplicate(), data[0]);
            AnyReader.read(Hostile.outsideTheHeap(answer), data[0]);
        }
    }
}
