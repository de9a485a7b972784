package dev.remora.store;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.NamedType;

/**
 * How records become JSON and back.
 *
 * <p>A record is an object with its components as members, and nothing else: methods that look like getters do not count.
 * Instants and durations are ISO-8601 texts; an empty {@code Optional} is {@code null}. A value whose declared type is a sealed
 * interface carries the member {@code @type}, the simple name of its record, so those names are part of the stored form just as
 * the components' names are. Reading is strict: a missing member, an unknown one, or a null where a value must be is an error,
 * because guessing would turn a mistake in a version number into silently changed data.
 */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .annotationIntrospector(new SealedTypes())
            .changeDefaultVisibility(v -> v.withVisibility(PropertyAccessor.ALL, Visibility.NONE)
                    .withVisibility(PropertyAccessor.FIELD, Visibility.ANY)
                    .withVisibility(PropertyAccessor.CREATOR, Visibility.ANY))
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .build();

    private Json() {}

    static String write(Record document) {
        return MAPPER.writeValueAsString(document);
    }

    static <T extends Record> T read(Class<T> type, byte[] json) {
        return MAPPER.readValue(json, type);
    }

    /** Gives every sealed interface the member {@code @type}, without annotations on the records. */
    private static final class SealedTypes extends JacksonAnnotationIntrospector {
        private static final JsonTypeInfo.Value BY_SIMPLE_NAME = JsonTypeInfo.Value.construct(
                JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, "@type", null, false, true);

        @Override
        public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(MapperConfig<?> config, Annotated annotated) {
            return annotated instanceof AnnotatedClass c && isSealedInterface(c.getRawType())
                    ? BY_SIMPLE_NAME
                    : super.findPolymorphicTypeInfo(config, annotated);
        }

        @Override
        public @Nullable List<NamedType> findSubtypes(MapperConfig<?> config, Annotated annotated) {
            if (annotated instanceof AnnotatedClass c && isSealedInterface(c.getRawType())) {
                var names = new LinkedHashMap<String, Class<?>>();
                collect(c.getRawType(), names);
                var types = new ArrayList<NamedType>();
                names.forEach((name, type) -> types.add(new NamedType(type, name)));
                return types;
            }
            return super.findSubtypes(config, annotated);
        }

        @Override
        public String findTypeName(MapperConfig<?> config, AnnotatedClass annotated) {
            return annotated.getRawType().getSimpleName();
        }

        private static boolean isSealedInterface(Class<?> type) {
            return type.isInterface() && type.isSealed();
        }

        private static void collect(Class<?> sealed, Map<String, Class<?>> names) {
            for (Class<?> type : sealed.getPermittedSubclasses()) {
                if (isSealedInterface(type)) {
                    collect(type, names);
                } else if (names.putIfAbsent(type.getSimpleName(), type) instanceof Class<?> other && other != type) {
                    throw new IllegalArgumentException(type + " and " + other + " cannot both be stored as " + sealed);
                }
            }
        }
    }
}
