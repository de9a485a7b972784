package dev.remora.iam;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The compiled policies of roles.
 *
 * <p>A role's policies are compiled when it first does something, and again when they changed. Each entry knows the store's
 * revision at which it was last found true: while the store has not moved on, a decision costs one map look-up and one
 * comparison; when it has, the documents that the entry was made of are compared with the present ones (they are immutable, so
 * mostly by identity) and it is compiled anew only if one differs. A change is therefore in force for the first request after its
 * transaction; there is no feed to wait for and no entry that could be forgotten. Following the change feed was rejected for that
 * reason: it is behind the answer by a moment.
 */
final class Permissions {
    /** How many roles' and documents' compiled forms are kept; beyond that all are dropped and made again on demand. */
    private static final int KEPT = 10_000;

    private final Store store;
    private final ConcurrentMap<String, Entry> byArn = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, PolicyDocument> documents = new ConcurrentHashMap<>();

    Permissions(Store store) {
        this.store = store;
    }

    private record Entry(long revision, Role role, List<String> texts, Authority authority, PolicyDocument trust) {}

    /** A role and what it may do, as of now. */
    record Granted(Role role, Authority authority, PolicyDocument trust) {}

    Optional<Granted> of(String roleArn) {
        View view = store.view();
        Entry entry = byArn.get(roleArn);
        if (entry == null || entry.revision() != view.revision()) {
            Optional<Entry> fresh = refreshed(roleArn, view, Optional.ofNullable(entry));
            if (fresh.isEmpty()) {
                byArn.remove(roleArn);
                return Optional.empty();
            }
            entry = fresh.get();
            bound(byArn);
            byArn.put(roleArn, entry);
        }
        return Optional.of(new Granted(entry.role(), entry.authority(), entry.trust()));
    }

    private Optional<Entry> refreshed(String roleArn, View view, Optional<Entry> old) {
        return find(roleArn, view).map(role -> {
            List<String> texts = texts(role, view);
            if (old.isPresent() && Objects.equals(old.get().role(), role) && old.get().texts().equals(texts)) {
                return new Entry(view.revision(), role, texts, old.get().authority(), old.get().trust());
            }
            var identity = new PolicySet(texts.stream().map(this::compiled).toList());
            return new Entry(view.revision(), role, texts, Authority.of(identity), compiled(role.trust()));
        });
    }

    /** The role of an ARN, path and all. */
    static Optional<Role> find(String roleArn, View view) {
        String[] parts = roleArn.split(":", 6);
        if (parts.length != 6 || !parts[5].startsWith("role/")) {
            return Optional.empty();
        }
        String name = parts[5].substring(parts[5].lastIndexOf('/') + 1);
        return view.get(Role.KIND, Scope.global(parts[4]), Role.key(name)).filter(role -> role.arn().equals(roleArn));
    }

    private static List<String> texts(Role role, View view) {
        var texts = new ArrayList<>(role.inline().values());
        for (String arn : role.attached()) {
            Policies.find(arn, view).ifPresent(policy -> texts.add(policy.document()));
        }
        return texts;
    }

    private PolicyDocument compiled(String text) {
        PolicyDocument known = documents.get(text);
        if (known == null) {
            known = PolicyDocument.compile(text);
            bound(documents);
            documents.put(text, known);
        }
        return known;
    }

    private static void bound(ConcurrentMap<?, ?> map) {
        if (map.size() >= KEPT) {
            map.clear();
        }
    }
}
