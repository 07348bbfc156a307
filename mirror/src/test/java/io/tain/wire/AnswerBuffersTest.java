package io.tain.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tain.batch.BufferLease;
import io.tain.batch.MemoryBudget;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

@SuppressWarnings("ByteBufferBackingArray") // which array it is, is the question
class AnswerBuffersTest {
    private static final int LARGE = 1_000_000;

    private final AnswerBuffers buffers = new AnswerBuffers(4L << 20);

    @Test
    void shouldUseABufferAgainOnlyOnceItWasGivenBack() {
        ByteBuffer first = buffers.tryAllocate(LARGE);
        ByteBuffer second = buffers.tryAllocate(LARGE);
        assertThat(second.array()).isNotSameAs(first.array());
        assertThat(first.remaining()).isEqualTo(LARGE);

        buffers.release(first.position(200).slice()); // any part of it stands for the whole
        ByteBuffer third = buffers.tryAllocate(LARGE - 5);

        assertThat(third.array()).isSameAs(first.array());
        assertThat(third.remaining()).isEqualTo(LARGE - 5);
        assertThat(third.position()).isZero();
        assertThat(buffers.tryAllocate(LARGE).array()).isNotSameAs(first.array());
    }

    @Test
    void shouldTakeTheSmallestThatFits() {
        ByteBuffer large = buffers.tryAllocate(2 * LARGE);
        ByteBuffer small = buffers.tryAllocate(LARGE);
        buffers.release(large);
        buffers.release(small);

        assertThat(buffers.tryAllocate(LARGE).array()).isSameAs(small.array());
        assertThat(buffers.tryAllocate(2 * LARGE).array()).isSameAs(large.array());
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

        for (int i = given.length - 4; i < given.length; i++) {
            byte[] kept = given[i].array();
            assertThat(buffers.tryAllocate(LARGE).array()).isSameAs(kept);
        }
        assertThat(buffers.tryAllocate(LARGE).array()).isNotSameAs(given[0].array());
    }

    @Test
    void shouldLeaveSmallAndVeryLargeOnesToTheCollector() {
        for (int size : new int[] {0, 100, 5 << 20}) {
            ByteBuffer first = buffers.tryAllocate(size);
            buffers.release(first);

            assertThat(buffers.tryAllocate(size).array()).isNotSameAs(first.array());
            assertThat(first.remaining()).isEqualTo(size);
        }
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
        assertThat(buffers.tryAllocate(LARGE).array()).isNotSameAs(buffer.array());
        lease.release();
        assertThat(buffers.tryAllocate(LARGE).array()).isSameAs(buffer.array());
    }
}
