package io.tain.wire;

import java.io.IOException;
import java.security.KeyStore;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.common.security.auth.SslEngineFactory;
import org.apache.kafka.common.utils.Utils;

/** Kafka's plug-in for TLS ({@code ssl.engine.factory.class}, KIP-519), as which {@link CappedClients} look at what brokers send. */
public final class CappedEngines implements SslEngineFactory {
    /** The setting that has the {@link Terms}; none of Kafka's. */
    static final String TERMS = "io.tain.answers";

    private int maxAnswerBytes;
    private Optional<SslEngineFactory> encrypting = Optional.empty();

    /**
     * What these engines do.
     *
     * @param maxAnswerBytes of an answer
     * @param encrypting the class of who makes those that encrypt; empty for a connection in clear text
     */
    record Terms(int maxAnswerBytes, Optional<Class<?>> encrypting) {}

    @Override
    public void configure(Map<String, ?> settings) {
        Terms terms = (Terms) settings.get(TERMS);
        maxAnswerBytes = terms.maxAnswerBytes();
        encrypting = terms.encrypting().map(made -> Utils.newInstance(made.asSubclass(SslEngineFactory.class)));
        encrypting.ifPresent(factory -> factory.configure(settings));
    }

    @Override
    public SSLEngine createClientSslEngine(String peerHost, int peerPort, String endpointIdentification) {
        SSLEngine engine = encrypting
                .map(factory -> factory.createClientSslEngine(peerHost, peerPort, endpointIdentification))
                .orElseGet(() -> new ClearEngine(peerHost, peerPort));
        return new CappedEngine(engine, maxAnswerBytes);
    }

    @Override
    public SSLEngine createServerSslEngine(String peerHost, int peerPort) {
        throw new UnsupportedOperationException("only clients are capped");
    }

    @Override
    public boolean shouldBeRebuilt(Map<String, Object> nextConfigs) {
        return encrypting.map(factory -> factory.shouldBeRebuilt(nextConfigs)).orElse(false);
    }

    @Override
    public Set<String> reconfigurableConfigs() {
        return encrypting.map(SslEngineFactory::reconfigurableConfigs).orElse(Set.of());
    }

    @Override
    public KeyStore keystore() {
        return encrypting.map(SslEngineFactory::keystore).orElse(null);
    }

    @Override
    public KeyStore truststore() {
        return encrypting.map(SslEngineFactory::truststore).orElse(null);
    }

    @Override
    public void close() throws IOException {
        if (encrypting.isPresent()) {
            encrypting.get().close();
        }
    }
}
