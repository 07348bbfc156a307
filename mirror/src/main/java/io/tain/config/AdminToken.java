package io.tain.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A secret that whoever changes something over the network must know. Immutable. */
public final class AdminToken {
    /** 128 bits in hexadecimal digits. */
    static final int SHORTEST = 32;

    private final byte[] secret;

    public AdminToken(String secret) {
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
    }

    /** Takes as long for any other text of a length. */
    public boolean matches(String other) {
        return MessageDigest.isEqual(secret, other.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return Secrets.MASK;
    }
}
