package io.tain.wire;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLSession;

/**
 * An engine that encrypts nothing: what it is given is what is sent, and the other way round. Its handshake sends nothing either;
 * it only takes Kafka's transport layer from one state to the next.
 *
 * <p>Used by the one thread that has the connection.
 */
final class ClearEngine extends SSLEngine {
    private final SSLSession session = new ClearSession();
    private HandshakeStatus handshake = HandshakeStatus.NOT_HANDSHAKING;
    private boolean closed;

    ClearEngine(String peerHost, int peerPort) {
        super(peerHost, peerPort);
    }

    /** Kafka's transport layer wants to hear of a handshake's end from {@link #unwrap}, and calls that behind {@link #wrap} at once. */
    @Override
    public void beginHandshake() {
        handshake = HandshakeStatus.NEED_WRAP;
    }

    @Override
    public HandshakeStatus getHandshakeStatus() {
        return handshake;
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] sources, int offset, int count, ByteBuffer target) {
        if (closed) {
            return result(Status.CLOSED, 0);
        }
        if (handshake == HandshakeStatus.NEED_WRAP) {
            handshake = HandshakeStatus.NEED_UNWRAP;
            return result(Status.OK, 0);
        }
        int copied = 0;
        for (int i = offset; i < offset + count; i++) {
            copied += copy(sources[i], target, target.remaining());
        }
        return result(copied == 0 && !target.hasRemaining() ? Status.BUFFER_OVERFLOW : Status.OK, copied);
    }

    /** Never fills the targets up, which Kafka's transport layer takes for a record that is too large. */
    @Override
    public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] targets, int offset, int count) {
        if (closed) {
            return result(Status.CLOSED, 0);
        }
        if (handshake == HandshakeStatus.NEED_UNWRAP) {
            handshake = HandshakeStatus.NOT_HANDSHAKING;
            return new SSLEngineResult(Status.OK, HandshakeStatus.FINISHED, 0, 0);
        }
        if (!source.hasRemaining()) {
            return result(Status.BUFFER_UNDERFLOW, 0);
        }
        int copied = 0;
        for (int i = offset; i < offset + count; i++) {
            copied += copy(source, targets[i], targets[i].remaining() - 1);
        }
        return result(copied == 0 ? Status.BUFFER_OVERFLOW : Status.OK, copied);
    }

    private static int copy(ByteBuffer source, ByteBuffer target, int room) {
        int bytes = Math.max(0, Math.min(source.remaining(), room));
        int limit = source.limit();
        source.limit(source.position() + bytes);
        target.put(source);
        source.limit(limit);
        return bytes;
    }

    private SSLEngineResult result(Status status, int copied) {
        return new SSLEngineResult(status, handshake, copied, copied);
    }

    @Override
    public void closeInbound() {
        closed = true;
    }

    @Override
    public boolean isInboundDone() {
        return closed;
    }

    @Override
    public void closeOutbound() {
        closed = true;
    }

    @Override
    public boolean isOutboundDone() {
        return closed;
    }

    @Override
    public SSLSession getSession() {
        return session;
    }

    @Override
    public Runnable getDelegatedTask() {
        return null;
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return new String[0];
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return new String[0];
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {}

    @Override
    public String[] getSupportedProtocols() {
        return new String[0];
    }

    @Override
    public String[] getEnabledProtocols() {
        return new String[0];
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {}

    @Override
    public void setUseClientMode(boolean mode) {}

    @Override
    public boolean getUseClientMode() {
        return true;
    }

    @Override
    public void setNeedClientAuth(boolean need) {}

    @Override
    public boolean getNeedClientAuth() {
        return false;
    }

    @Override
    public void setWantClientAuth(boolean want) {}

    @Override
    public boolean getWantClientAuth() {
        return false;
    }

    @Override
    public void setEnableSessionCreation(boolean flag) {}

    @Override
    public boolean getEnableSessionCreation() {
        return true;
    }
}
