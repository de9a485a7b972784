package dev.remora.ec2;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** Tags as requests give and answers show them. */
final class TagSpecs {
    /** How many tags a resource may have, not counting those of AWS itself. */
    static final int MAX_TAGS = 50;

    static final int MAX_KEY_LENGTH = 127;
    static final int MAX_VALUE_LENGTH = 256;

    private TagSpecs() {}

    /** The tags that a creating call gives to the resource of {@code type} that it makes. */
    static Map<String, String> forNew(String type, List<TagSpecification> specifications) {
        var tags = new TreeMap<String, String>();
        var seen = new HashSet<String>();
        for (TagSpecification specification : specifications) {
            String of = specification.resourceTypeAsString();
            if (of == null || !of.equals(type)) {
                throw Refusals.invalidValue("'" + of + "' is not a valid taggable resource type for this operation.");
            }
            if (!seen.add(of)) {
                throw Refusals.invalidValue("Tag specification resource type " + of + " specified more than once.");
            }
            if (specification.tags().isEmpty()) {
                throw Refusals.invalidValue("Tag specification must have at least one tag");
            }
            tags.putAll(checked(specification.tags()));
        }
        checkCount(tags);
        return tags;
    }

    /** The tags by key, each of them within the limits. */
    static Map<String, String> checked(List<Tag> tags) {
        var byKey = new TreeMap<String, String>();
        for (Tag tag : tags) {
            String key = tag.key() == null ? "" : tag.key();
            checkKey(key);
            String value = tag.value();
            if (value == null) {
                throw Refusals.invalidValue("Tag value cannot be null. Use empty string instead.");
            }
            if (value.length() > MAX_VALUE_LENGTH) {
                throw Refusals.invalidValue("Tag value exceeds the maximum length of " + MAX_VALUE_LENGTH + " characters");
            }
            if (byKey.put(key, value) != null) {
                throw Refusals.invalidValue("Duplicate tag key '" + key + "' specified.");
            }
        }
        return byKey;
    }

    static void checkKey(String key) {
        if (key.isEmpty()) {
            throw Refusals.invalidValue("Not empty key must be present");
        }
        if (key.length() > MAX_KEY_LENGTH) {
            throw Refusals.invalidValue("Tag key exceeds the maximum length of " + MAX_KEY_LENGTH + " characters");
        }
        if (isReserved(key)) {
            throw Refusals.invalidValue("Tag keys starting with 'aws:' are reserved for internal use");
        }
    }

    static boolean isReserved(String key) {
        return key.regionMatches(true, 0, "aws:", 0, 4);
    }

    static void checkCount(Map<String, String> tags) {
        if (tags.keySet().stream().filter(k -> !isReserved(k)).count() > MAX_TAGS) {
            throw Refusals.of("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");
        }
    }

    static List<Tag> shown(Map<String, String> tags) {
        if (tags.isEmpty()) {
            return List.of();
        }
        return tags.entrySet().stream()
                .map(e -> Tag.builder().key(e.getKey()).value(e.getValue()).build())
                .toList();
    }
}
