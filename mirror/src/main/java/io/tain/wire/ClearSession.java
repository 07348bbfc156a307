package io.tain.wire;

import java.security.Principal;
import java.security.cert.Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;

/** The session of a {@link ClearEngine}: nobody has shown who they are, and buffers are as large as with TLS. */
final class ClearSession implements SSLSession {
    private static final int BUFFER_BYTES = 16 * 1024;

    @Override
    public int getPacketBufferSize() {
        return BUFFER_BYTES;
    }

    /** A packet, and the byte that {@link ClearEngine#unwrap} leaves free. */
    @Override
    public int getApplicationBufferSize() {
        return BUFFER_BYTES + 1;
    }

    /** As the JDK calls having none. */
    @Override
    public String getProtocol() {
        return "NONE";
    }

    /** As the JDK calls having none. */
    @Override
    public String getCipherSuite() {
        return "SSL_NULL_WITH_NULL_NULL";
    }

    @Override
    public Principal getPeerPrincipal() throws SSLPeerUnverifiedException {
        throw new SSLPeerUnverifiedException("the connection is in clear text");
    }

    @Override
    public Certificate[] getPeerCertificates() throws SSLPeerUnverifiedException {
        throw new SSLPeerUnverifiedException("the connection is in clear text");
    }

    @Override
    public Principal getLocalPrincipal() {
        return null;
    }

    @Override
    public Certificate[] getLocalCertificates() {
        return null;
    }

    @Override
    public byte[] getId() {
        return new byte[0];
    }

    @Override
    public SSLSessionContext getSessionContext() {
        return null;
    }

    @Override
    public long getCreationTime() {
        return 0;
    }

    @Override
    public long getLastAccessedTime() {
        return 0;
    }

    @Override
    public void invalidate() {}

    @Override
    public boolean isValid() {
        return false;
    }

    @Override
    public void putValue(String name, Object value) {}

    @Override
    public Object getValue(String name) {
        return null;
    }

    @Override
    public void removeValue(String name) {}

    @Override
    public String[] getValueNames() {
        return new String[0];
    }

    @Override
    public String getPeerHost() {
        return null;
    }

    @Override
    public int getPeerPort() {
        return -1;
    }
}
