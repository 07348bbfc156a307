package io.tain.testkit;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A client's connection, and the proxy's own to the broker. Belongs to the proxy's thread. */
final class ProxyConnection {
    private final SocketChannel client;
    private final SocketChannel broker;
    private final SelectionKey clientKey;
    private final SelectionKey brokerKey;
    private final ProxyLane toBroker;
    private final ProxyLane toClient;
    private boolean open = true;

    ProxyConnection(SocketChannel client, SocketAddress upstream, Selector selector, ProxyMeter meter)
            throws IOException {
        this.client = client;
        client.configureBlocking(false);
        client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        broker = SocketChannel.open();
        broker.configureBlocking(false);
        broker.setOption(StandardSocketOptions.TCP_NODELAY, true);
        clientKey = client.register(selector, 0);
        brokerKey = broker.register(selector, SelectionKey.OP_CONNECT);
        toBroker = new ProxyLane(Direction.TO_BROKER, client, broker, meter);
        toClient = new ProxyLane(Direction.TO_CLIENT, broker, client, meter);
        if (broker.connect(upstream)) {
            brokerKey.interestOps(0);
        }
    }

    /** Moves bytes both ways; resets both sides when either fails. */
    void work(NetworkConditions conditions, long nowNanos) {
        if (!open) {
            return;
        }
        try {
            if (!broker.isConnected() && !broker.finishConnect()) {
                return;
            }
            toBroker.work(conditions, nowNanos);
            toClient.work(conditions, nowNanos);
            if (toBroker.finished() && toClient.finished()) {
                close();
                return;
            }
            clientKey.interestOps(interest(toBroker, toClient, conditions));
            brokerKey.interestOps(interest(toClient, toBroker, conditions));
        } catch (IOException broken) {
            reset();
        }
    }

    private static int interest(ProxyLane reading, ProxyLane writing, NetworkConditions conditions) {
        return (reading.wantsRead(conditions) ? SelectionKey.OP_READ : 0)
                | (writing.wantsWrite() ? SelectionKey.OP_WRITE : 0);
    }

    long idleNanos(NetworkConditions conditions, long nowNanos) {
        return Math.min(toBroker.idleNanos(conditions, nowNanos), toClient.idleNanos(conditions, nowNanos));
    }

    boolean isOpen() {
        return open;
    }

    boolean lossy() {
        return toBroker.lossy() || toClient.lossy();
    }

    /** Both peers see "connection reset". */
    void reset() {
        try {
            client.setOption(StandardSocketOptions.SO_LINGER, 0);
            broker.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException alreadyGone) {
            open = false;
        }
        close();
    }

    private void close() {
        open = false;
        try (client;
                broker) {
            clientKey.cancel();
            brokerKey.cancel();
        } catch (IOException alreadyGone) {
            open = false;
        }
    }
}
