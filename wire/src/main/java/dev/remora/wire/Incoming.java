package dev.remora.wire;

import java.util.Map;

/** A request whose operation is known. */
sealed interface Incoming {
    Request request();

    /** The operation as the caller spells it, or for REST a method and a path where no operation has such. */
    String operation();

    record Query(Request request, String operation, Form form) implements Incoming {}

    record Rest(Request request, String operation, Map<String, String> labels) implements Incoming {
        /** The same request with its document read. */
        Rest with(byte[] document) {
            return new Rest(request.holding(document), operation, labels);
        }
    }

    record Target(Request request, String operation) implements Incoming {}
}
