package dev.remora.wire;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.protocols.core.OperationInfo;

/**
 * What is read off the SDK's classes of one operation, at its first call: an empty request to fill, and where REST
 * puts it.
 */
final class Binding {
    record Http(String method, String uri) {}

    private final MethodHandle builder;

    Binding(Class<?> request) {
        try {
            builder = MethodHandles.publicLookup()
                    .unreflect(request.getMethod("builder"))
                    .asType(MethodType.methodType(SdkPojo.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(request + " is no request class of the SDK", e);
        }
    }

    /** Whether an EC2 request only asks whether it would be permitted. */
    boolean dryRun(SdkPojo request) {
        for (SdkField<?> field : request.sdkFields()) {
            if (field.memberName().equals("DryRun")) {
                return Boolean.TRUE.equals(field.getValueOrDefault(request));
            }
        }
        return false;
    }

    /** Whether the checksum headers of a request are about its body. */
    boolean checksummed() {
        return newRequest().sdkFields().stream().anyMatch(f -> f.locationName().equals("x-amz-sdk-checksum-algorithm"));
    }

    SdkPojo newRequest() {
        try {
            return (SdkPojo) builder.invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Method and URI of a REST operation. Only the SDK's marshaller knows them, in a private static field; the SDK's
     * jars are on the class path, where reading it is allowed. The round trip test fails if a new SDK renames it.
     */
    static Http http(Class<?> request) {
        String name = request.getPackageName().replaceAll("\\.model$", ".transform.") + request.getSimpleName()
                + "Marshaller";
        try {
            Field field = Class.forName(name, true, request.getClassLoader()).getDeclaredField("SDK_OPERATION_BINDING");
            field.setAccessible(true);
            var info = (OperationInfo) field.get(null);
            return new Http(info.httpMethod().name(), info.requestUri());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the SDK has no marshaller " + name, e);
        }
    }
}
