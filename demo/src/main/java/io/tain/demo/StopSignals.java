package io.tain.demo;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;

/**
 * Hears of Ctrl-C and the polite request to end before the JVM shuts down: a shutdown hook would run beside those that
 * delete the clusters. The JDK's class for this can't be compiled against without a warning, hence the reflection.
 */
final class StopSignals {
    private StopSignals() {}

    /** Calls this at each signal, on a thread of the JVM. */
    static void listen(Runnable onSignal) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            InvocationHandler told = (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    onSignal.run();
                }
                return null;
            };
            Object handler = Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType}, told);
            for (String name : List.of("INT", "TERM")) {
                signal.getMethod("handle", signal, handlerType)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), handler);
            }
        } catch (ReflectiveOperationException e) {
            return; // kept by the JVM (-Xrs): a signal then ends the process without an audit
        }
    }
}
