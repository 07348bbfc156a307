package io.tain.sim;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Thousands of simulated outages would fill the log; only who asks for the mirror's words gets them. */
final class QuietLog implements BeforeAllCallback, AfterAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) {
        if (System.getProperty("tain.test.log") == null) {
            Configurator.setLevel("io.tain", Level.OFF);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (System.getProperty("tain.test.log") == null) {
            Configurator.setLevel("io.tain", Level.WARN);
        }
    }
}
