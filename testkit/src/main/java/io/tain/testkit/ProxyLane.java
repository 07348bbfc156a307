package io.tain.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/** One direction of a proxied connection. Belongs to the proxy's thread. */
final class ProxyLane {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final int LARGE_BYTES = 32 << 10;
    private static final int QUEUE_BYTES = 256 << 10;
    private static final int DELAYED_QUEUE_BYTES = 8 << 20;

    /** Bytes on their way, and when they arrive. */
    private record Parcel(ByteBuffer bytes, long dueNanos) {}

    private final Direction direction;
    private final SocketChannel from;
    private final SocketChannel to;
    private final ProxyMeter meter;
    private final Deque<Parcel> underway = new ArrayDeque<>();
    private int underwayBytes;
    private boolean sourceEnded;
    private boolean finished;
    private boolean writeBlocked;
    private boolean lossy;

    ProxyLane(Direction direction, SocketChannel from, SocketChannel to, ProxyMeter meter) {
        this.direction = direction;
        this.from = from;
        this.to = to;
        this.meter = meter;
    }

    /** Takes what has arrived and passes on what is due. */
    void work(NetworkConditions conditions, long nowNanos) throws IOException {
        if (wantsRead(conditions)) {
            read(conditions, nowNanos);
        }
        if (!conditions.held().contains(direction)) {
            write(nowNanos);
        }
    }

    private void read(NetworkConditions conditions, long nowNanos) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(CHUNK_BYTES);
        int count = from.read(bytes);
        if (count < 0) {
            sourceEnded = true;
        } else if (count > 0 && conditions.swallowed().contains(direction)) {
            lossy = true;
        } else if (count > 0) {
            if (count >= LARGE_BYTES && meter.takeDamage(direction)) {
                bytes.put(count / 2, (byte) (bytes.get(count / 2) ^ 0x10));
            }
            underway.add(new Parcel(bytes.flip(), nowNanos + conditions.latencyNanos(direction)));
            underwayBytes += count;
        }
    }

    private void write(long nowNanos) throws IOException {
        writeBlocked = false;
        while (!underway.isEmpty() && underway.peek().dueNanos() - nowNanos <= 0 && !writeBlocked) {
            ByteBuffer bytes = underway.peek().bytes();
            int allowed = meter.allowance(direction, bytes.remaining());
            if (allowed == 0) {
                return;
            }
            int written = to.write(bytes.slice(bytes.position(), allowed));
            bytes.position(bytes.position() + written);
            meter.passed(direction, written);
            underwayBytes -= written;
            writeBlocked = written < allowed;
            if (!bytes.hasRemaining()) {
                underway.remove();
            }
        }
        if (underway.isEmpty() && sourceEnded && !finished) {
            to.shutdownOutput();
            finished = true;
        }
    }

    boolean wantsRead(NetworkConditions conditions) {
        int limit = conditions.latencyNanos(direction) > 0 ? DELAYED_QUEUE_BYTES : QUEUE_BYTES;
        return !sourceEnded && underwayBytes < limit && !conditions.held().contains(direction);
    }

    boolean wantsWrite() {
        return writeBlocked;
    }

    /** How long until there is something to do that no socket will tell of. */
    long idleNanos(NetworkConditions conditions, long nowNanos) {
        if (underway.isEmpty() || writeBlocked || conditions.held().contains(direction)) {
            return Long.MAX_VALUE;
        }
        long untilDue = Math.max(0, underway.peek().dueNanos() - nowNanos);
        return Math.max(untilDue, meter.waitNanos(direction));
    }

    boolean finished() {
        return finished;
    }

    /** True once bytes vanished: what follows would be garbage to the peer. */
    boolean lossy() {
        return lossy;
    }
}
