package io.tain.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Passes TCP connections on to a port of this host, and can delay, slow down, hold, swallow, damage, reset or refuse them. One
 * thread of its own does all the work; the public methods may be called by any thread and have taken effect when they
 * return. Conditions add up until {@link #heal()}.
 */
public final class FaultProxy implements AutoCloseable {
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int BACKLOG = 128;

    private final InetSocketAddress listen;
    private final InetSocketAddress upstream;
    private final Selector selector;
    private final Thread thread;
    private final ProxyMeter meter = new ProxyMeter(System.nanoTime());
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final List<ProxyConnection> connections = new ArrayList<>();
    private NetworkConditions conditions = NetworkConditions.HEALTHY;
    private ServerSocketChannel acceptor;
    private volatile boolean open = true;

    private FaultProxy(int listenPort, int upstreamPort) throws IOException {
        listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), listenPort);
        upstream = new InetSocketAddress(InetAddress.getLoopbackAddress(), upstreamPort);
        selector = Selector.open();
        try {
            acceptor = listen();
        } catch (IOException | RuntimeException e) {
            selector.close();
            throw e;
        }
        thread = new Thread(this::run, "fault-proxy-" + listenPort);
        thread.setDaemon(true);
    }

    /** Starts a proxy for a port on the loopback address, on a free port. */
    public static FaultProxy before(int upstreamPort) {
        return start(Ports.next(), upstreamPort);
    }

    static FaultProxy start(int listenPort, int upstreamPort) {
        try {
            FaultProxy proxy = new FaultProxy(listenPort, upstreamPort);
            proxy.thread.start();
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The port to connect to instead. */
    public int port() {
        return listen.getPort();
    }

    /** Delays all bytes by this much on their way to the broker, and by as much on the way back. */
    public void latency(Duration eachWay) {
        latency(Direction.TO_BROKER, eachWay);
        latency(Direction.TO_CLIENT, eachWay);
    }

    /** Delays all bytes that go in one direction. */
    public void latency(Direction direction, Duration delay) {
        command(() -> conditions = conditions.withLatency(direction, delay));
    }

    /** Limits each direction, all connections together. */
    public void bandwidth(long bytesPerSecond) {
        command(() -> conditions = conditions.withBandwidth(bytesPerSecond));
    }

    /**
     * Goes on accepting connections and bytes, and drops the bytes: of the given directions, or of both if none is given.
     * Connections that lost bytes are reset by {@link #heal()}, as they could not be understood any more.
     */
    public void blackHole(Direction... directions) {
        command(() -> conditions = conditions.withSwallowed(setOf(directions)));
    }

    /**
     * Lets nothing pass in the given directions, or in both if none is given, and keeps it: healing delivers it late, as
     * when a cut network comes back.
     */
    public void hold(Direction... directions) {
        command(() -> conditions = conditions.withHeld(setOf(directions)));
    }

    /**
     * Flips a bit in the middle of each of the next so many large chunks of bytes (32 KiB and more), where a batch's
     * records are if it is a batch that is under way. Healing takes back what is left of it.
     */
    public void damage(Direction direction, int chunks) {
        command(() -> meter.damageNext(direction, chunks));
    }

    /** Resets all connections now (RST to both sides). New ones are served. */
    public void reset() {
        command(() -> connections.forEach(ProxyConnection::reset));
    }

    /** Refuses new connections. Those that stand go on. */
    public void refuse() {
        command(this::stopListening);
    }

    /** Takes back all conditions. */
    public void heal() {
        command(() -> {
            conditions = NetworkConditions.HEALTHY;
            meter.damageNone();
            connections.stream().filter(ProxyConnection::lossy).forEach(ProxyConnection::reset);
            if (acceptor == null) {
                acceptor = listen();
            }
        });
    }

    /** How many connections stand now. */
    public int connections() {
        CompletableFuture<Integer> count = new CompletableFuture<>();
        command(() -> count.complete(connections.size()));
        return count.join();
    }

    /** How many bytes have passed in one direction. */
    public long bytes(Direction direction) {
        return meter.total(direction);
    }

    /** Resets all connections and stops listening. */
    @Override
    public void close() {
        open = false;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Set<Direction> setOf(Direction... directions) {
        return directions.length == 0 ? EnumSet.allOf(Direction.class) : Set.of(directions);
    }

    /** Something that only the proxy's thread may do. */
    private interface Command {
        void run() throws IOException;
    }

    private void command(Command action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        commands.add(() -> {
            try {
                action.run();
                done.complete(null);
            } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        selector.wakeup();
        if (!thread.isAlive()) {
            throw new IllegalStateException("The proxy on port " + port() + " is closed.");
        }
        try {
            done.orTimeout(10, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw new IllegalStateException("The proxy on port " + port() + " failed.", e.getCause());
        }
    }

    private void run() {
        try (selector) {
            while (open) {
                for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
                    command.run();
                }
                turn();
            }
            stopListening();
            connections.forEach(ProxyConnection::reset);
            selector.selectNow();
        } catch (IOException e) {
            throw new UncheckedIOException("The proxy on port " + port() + " ended.", e);
        }
    }

    private void turn() throws IOException {
        long nowNanos = System.nanoTime();
        meter.refill(conditions.bytesPerSecond(), nowNanos);
        long waitNanos = LONGEST_WAIT_NANOS;
        for (ProxyConnection connection : connections) {
            connection.work(conditions, nowNanos);
            if (connection.isOpen()) {
                waitNanos = Math.min(waitNanos, connection.idleNanos(conditions, nowNanos));
            }
        }
        connections.removeIf(connection -> !connection.isOpen());
        if (!commands.isEmpty() || waitNanos == 0) {
            selector.selectNow();
        } else {
            selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNanos)));
        }
        selector.selectedKeys().clear();
        accept();
    }

    private void accept() throws IOException {
        SocketChannel client = acceptor == null ? null : acceptor.accept();
        if (client != null) {
            connections.add(new ProxyConnection(client, upstream, selector, meter));
        }
    }

    private ServerSocketChannel listen() throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.bind(listen, BACKLOG);
            channel.register(selector, SelectionKey.OP_ACCEPT);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void stopListening() throws IOException {
        if (acceptor != null) {
            acceptor.close();
            selector.selectNow(); // a registered socket goes on to accept until its selector has let it go
            acceptor = null;
        }
    }
}
