package io.tain.testkit;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeClusterResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/**
 * Stands in front of the only broker of a cluster and is taken for it by clients: it tells its own address wherever the broker tells one, and
 * alters the batches that fetches are answered with, in sound answers over a real socket, or the lengths of answers. All else it passes on as it is.
 *
 * <p>Two threads of its own for each connection; the public methods may be called by any thread.
 */
public final class LyingBroker implements AutoCloseable {
    private static final Set<ApiKeys> READ =
            Set.of(ApiKeys.METADATA, ApiKeys.FIND_COORDINATOR, ApiKeys.DESCRIBE_CLUSTER, ApiKeys.FETCH);

    private final Map<String, Object> clientProperties;
    private final int brokerPort;
    private final ServerSocket acceptor;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile UnaryOperator<ByteBuffer> lie = UnaryOperator.identity();
    private volatile boolean claimsEndless;

    private LyingBroker(Map<String, Object> direct) {
        String address = (String) direct.get("bootstrap.servers");
        try {
            brokerPort = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
            acceptor = new ServerSocket(Ports.next(), 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        clientProperties = new HashMap<>(direct);
        clientProperties.put("bootstrap.servers", "localhost:" + acceptor.getLocalPort());
        start("accept", this::accept);
    }

    /** Begins to serve in the place of a cluster of one broker, and to tell the truth. */
    public static LyingBroker before(Cluster cluster) {
        return new LyingBroker(cluster.directProperties());
    }

    /** What a client needs to connect here. */
    public Map<String, Object> clientProperties() {
        return Map.copyOf(clientProperties);
    }

    /**
     * From now on fetches are answered with what this makes of a partition's batches, which begin where a batch begins. It is called by
     * several threads; the bytes are its own to change.
     */
    public void lie(UnaryOperator<ByteBuffer> change) {
        lie = change;
    }

    /** Whether from now on every answer says that it is two gigabytes long, and has no more than its bytes. */
    public void claimEndless(boolean does) {
        claimsEndless = does;
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = open(acceptor.accept());
            Socket broker = open(new Socket(InetAddress.getLoopbackAddress(), brokerPort));
            Queue<RequestHeader> asked = new ConcurrentLinkedQueue<>();
            start("requests", () -> passRequests(client, broker, asked));
            start("answers", () -> passAnswers(broker, client, asked));
        }
    }

    private Socket open(Socket socket) throws SocketException {
        socket.setTcpNoDelay(true);
        sockets.add(socket);
        return socket;
    }

    private void passRequests(Socket client, Socket broker, Queue<RequestHeader> asked) throws IOException {
        try (client;
                broker) {
            while (true) {
                byte[] frame = read(client);
                asked.add(RequestHeader.parse(ByteBuffer.wrap(frame)));
                write(broker, frame.length, ByteBuffer.wrap(frame));
            }
        }
    }

    /** A broker answers the requests of a connection in their order. */
    private void passAnswers(Socket broker, Socket client, Queue<RequestHeader> asked) throws IOException {
        try (client;
                broker) {
            while (true) {
                byte[] frame = read(broker);
                RequestHeader request = asked.remove();
                ByteBuffer told = READ.contains(request.apiKey()) ? retold(frame, request) : ByteBuffer.wrap(frame);
                write(client, claimsEndless ? Integer.MAX_VALUE : told.remaining(), told);
            }
        }
    }

    private ByteBuffer retold(byte[] frame, RequestHeader request) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        ResponseHeader header =
                ResponseHeader.parse(bytes, request.toResponseHeader().headerVersion());
        AbstractResponse answer =
                AbstractResponse.parseResponse(request.apiKey(), new ByteBufferAccessor(bytes), request.apiVersion());
        int port = acceptor.getLocalPort();
        if (answer instanceof MetadataResponse metadata) {
            metadata.data().brokers().forEach(broker -> broker.setPort(port));
        } else if (answer instanceof DescribeClusterResponse described) {
            described.data().brokers().forEach(broker -> broker.setPort(port));
        } else if (answer instanceof FindCoordinatorResponse found) {
            if (request.apiVersion() < FindCoordinatorRequest.MIN_BATCHED_VERSION) {
                found.data().setPort(port);
            }
            found.data().coordinators().forEach(coordinator -> coordinator.setPort(port));
        } else if (answer instanceof FetchResponse fetched) {
            fetched.data().nodeEndpoints().forEach(node -> node.setPort(port));
            fetched.data().responses().forEach(topic -> topic.partitions().forEach(this::retell));
        }
        ByteBuffer told = MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion())
                .buffer();
        ByteBuffer body = MessageUtil.toByteBufferAccessor(answer.data(), request.apiVersion())
                .buffer();
        return ByteBuffer.allocate(told.remaining() + body.remaining())
                .put(told)
                .put(body)
                .flip();
    }

    private void retell(FetchResponseData.PartitionData partition) {
        if (FetchResponse.recordsSize(partition) > 0) {
            ByteBuffer batches = ((MemoryRecords) FetchResponse.recordsOrFail(partition)).buffer();
            ByteBuffer copy = ByteBuffer.allocate(batches.remaining()).put(batches.duplicate());
            partition.setRecords(MemoryRecords.readableRecords(lie.apply(copy.flip())));
        }
    }

    private static byte[] read(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        return in.readNBytes(in.readInt());
    }

    private static void write(Socket socket, int claimed, ByteBuffer frame) throws IOException {
        ByteBuffer whole = ByteBuffer.allocate(Integer.BYTES + frame.remaining());
        whole.putInt(claimed).put(frame);
        new DataOutputStream(socket.getOutputStream()).write(whole.array());
    }

    /** Work that ends with the connections it is about. */
    private interface Task {
        void run() throws IOException;
    }

    private static void start(String role, Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (EOFException | SocketException closed) {
                        return; // by one of the two sides
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                "lying-broker-" + role);
        thread.setDaemon(true);
        thread.start();
    }

    /** Closes all connections and stops listening. */
    @Override
    public void close() {
        try {
            acceptor.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
