package io.tain.testkit;

/** The security protocol of the listener that clients use. */
public enum Security {
    PLAINTEXT,
    SSL,
    SASL_PLAINTEXT,
    SASL_SSL;

    boolean encrypted() {
        return this == SSL || this == SASL_SSL;
    }

    boolean authenticated() {
        return this == SASL_PLAINTEXT || this == SASL_SSL;
    }
}
