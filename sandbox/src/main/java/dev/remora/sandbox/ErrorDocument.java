package dev.remora.sandbox;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonFactory;

/** The error that a runtime posts, which is whatever JSON it likes. */
final class ErrorDocument {
    static final String UNKNOWN = "Runtime.Unknown";
    private static final JsonFactory JSON = new JsonFactory();

    /** The top-level {@code errorType}, or {@value #UNKNOWN}. */
    static String type(byte[] document) {
        try (JsonParser parser = JSON.createParser(tools.jackson.core.ObjectReadContext.empty(), document)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return UNKNOWN;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean sought = parser.currentName().equals("errorType");
                if (parser.nextToken() == JsonToken.VALUE_STRING && sought) {
                    return parser.getString();
                }
                parser.skipChildren();
            }
            return UNKNOWN;
        } catch (JacksonException malformed) {
            return UNKNOWN;
        }
    }

    private ErrorDocument() {}
}
