package io.tain.config;

/** What is promised about records after a crash. */
public enum Delivery {
    /** None is lost, and none copied twice. */
    EXACTLY_ONCE,
    /** None is lost; some are perhaps copied twice. */
    AT_LEAST_ONCE
}
