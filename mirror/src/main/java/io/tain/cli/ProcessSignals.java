package io.tain.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The signals that ask this process to stop: a terminal that closed, Ctrl-C, and the polite request to end. A shutdown
 * hook would not do: the JVM neither tells it of a second signal nor lets it choose the exit status. The JDK's only class
 * for this is supported ({@code jdk.unsupported}) but cannot be compiled against without a warning, hence the reflection,
 * as in Kafka's own signal handling.
 */
public final class ProcessSignals implements Signals {
    private static final List<String> NAMES = List.of("HUP", "INT", "TERM");

    @Override
    public void listen(IntConsumer handler) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Method number = signal.getMethod("getNumber");
            Method handle = signal.getMethod("handle", signal, handlerType);
            InvocationHandler told = (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    handler.accept((Integer) number.invoke(arguments[0]));
                }
                return null;
            };
            Object proxy = Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType}, told);
            for (String name : NAMES) {
                handle.invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            }
        } catch (ReflectiveOperationException e) {
            return; // kept by the JVM (-Xrs) or unknown to this system: a signal then does what it does there
        }
    }
}
