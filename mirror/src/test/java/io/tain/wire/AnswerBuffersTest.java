package io.tain.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.batch.BufferLease;
import io.tain.batch.MemoryBudget;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class AnswerBuffersTest {
    private static final int LARGE = 1_000_000;

    private final AnswerBuffers buffers = new AnswerBuffers(4L << 20);
    private int marks;

    /** Whether both lie in the same memory: what is written into one is seen in the other. */
    private boolean areOne(ByteBuffer one, ByteBuffer other) {
        one.putInt(0, ++marks);
        return other.getInt(0) == marks;
    }

    @Test
    void shouldUseABufferAgainOnlyOnceItWasGivenBack() {
        ByteBuffer first = buffers.tryAllocate(LARGE);
        ByteBuffer second = buffers.tryAllocate(LARGE);
        assertThat(areOne(second, first)).isFalse();
        assertThat(first.remaining()).isEqualTo(LARGE);

        buffers.release(first.position(200).slice()); // any part of it stands for the whole
        ByteBuffer third = buffers.tryAllocate(LARGE - 5);

        assertThat(areOne(third, first)).isTrue();
        assertThat(third.remaining()).isEqualTo(LARGE - 5);
        assertThat(third.position()).isZero();
        assertThat(areOne(buffers.tryAllocate(LARGE), first)).isFalse();
    }

    @Test
    void shouldTakeTheSmallestThatFits() {
        ByteBuffer large = buffers.tryAllocate(2 * LARGE);
        ByteBuffer small = buffers.tryAllocate(LARGE);
        buffers.release(large);
        buffers.release(small);

        assertThat(areOne(buffers.tryAllocate(LARGE), small)).isTrue();
        assertThat(areOne(buffers.tryAllocate(2 * LARGE), large)).isTrue();
    }

    @Test
    void shouldKeepNoMoreThanItMay() {
        ByteBuffer[] given = new ByteBuffer[6];
        for (int i = 0; i < given.length; i++) {
            given[i] = buffers.tryAllocate(LARGE);
        }
        for (ByteBuffer buffer : given) {
            buffers.release(buffer);
        }

        for (int i = given.length - 3; i < given.length; i++) {
            assertThat(areOne(buffers.tryAllocate(LARGE), given[i])).isTrue();
        }
        assertThat(areOne(buffers.tryAllocate(LARGE), given[0])).isFalse();
    }

    @Test
    void shouldLeaveSmallAndVeryLargeOnesToTheCollector() {
        for (int size : new int[] {4, 100, 5 << 20}) {
            ByteBuffer first = buffers.tryAllocate(size);
            buffers.release(first);

            assertThat(areOne(buffers.tryAllocate(size), first)).isFalse();
            assertThat(first.remaining()).isEqualTo(size);
            assertThat(first.isDirect()).isFalse();
        }
    }

    @Test
    void shouldTellHowMuchAPartKeeps() {
        ByteBuffer part = buffers.tryAllocate(300_000).slice(1_000, 50);

        assertThat(buffers.heldBy(part)).as("a whole answer's buffer").isBetween(512 << 10, 600 << 10);
        assertThat(buffers.heldBy(buffers.tryAllocate(100))).isEqualTo(100);
    }

    @Test
    void shouldForgetWhatNeverComesBack() {
        long given = 0;
        for (int i = 0; i < 1_000; i++) {
            given += buffers.tryAllocate(3 << 20).isDirect() ? 3 << 20 : 0;
        }

        assertThat(given)
                .as("more than there may be at once")
                .isGreaterThan(Runtime.getRuntime().maxMemory());
    }

    @Test
    void shouldRefuseABufferThatIsGivenBackTwice() {
        ByteBuffer buffer = buffers.tryAllocate(LARGE);
        buffers.release(buffer);

        assertThatThrownBy(() -> buffers.release(buffer)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldComeBackWithTheLastHolderOfItsLease() {
        ByteBuffer buffer = buffers.tryAllocate(LARGE);
        BufferLease lease = new BufferLease(new MemoryBudget(LARGE, () -> {}), 0, () -> buffers.release(buffer));
        lease.retain();

        lease.release();
        assertThat(areOne(buffers.tryAllocate(LARGE), buffer)).isFalse();
        lease.release();
        assertThat(areOne(buffers.tryAllocate(LARGE), buffer)).isTrue();
    }
}
