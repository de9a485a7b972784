package dev.remora.iam;

import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongFunction;

/**
 * A virtual MFA device, as it is stored.
 *
 * @param path begins and ends with a slash
 * @param seed what its codes are computed from, in hexadecimal digits
 * @param holder the unique id of the user whose it is, the account where it is the root's; empty as long as it is nobody's
 * @param enabled since when it is somebody's; before that 1970
 * @param drift how many steps its clock is ahead of ours
 * @param used the newest step whose code was taken
 */
record MfaDevice(
        String account,
        String name,
        String path,
        String seed,
        String holder,
        Instant enabled,
        long drift,
        long used,
        Map<String, String> tags) {

    /** Found by path and name; its index {@code holder} by whose it is. */
    static final Kind<MfaDevice> KIND = Kind.of("iam.mfa-device", MfaDevice.class)
            .index("holder", device -> device.assigned() ? List.of(device.holder()) : List.of());

    /**
     * How late the second of two codes may be before the clock is taken to be wrong: people type them, and the first one is older
     * by a step already.
     */
    private static final int TYPING_STEPS = 2;

    /** Its ARN, which is its serial number. */
    String arn() {
        return prefix(account) + key();
    }

    private static String prefix(String account) {
        return "arn:aws:iam::" + account + ":mfa";
    }

    private String key() {
        return path + name;
    }

    boolean assigned() {
        return !holder.isEmpty();
    }

    /** The same, of nobody or of another. Codes that were used stay so. */
    MfaDevice heldBy(String id, Instant since) {
        return new MfaDevice(account, name, path, seed, id, since, drift, used, tags);
    }

    MfaDevice withTags(Map<String, String> changed) {
        return new MfaDevice(account, name, path, seed, holder, enabled, drift, used, changed);
    }

    private MfaDevice at(long newDrift, long newUsed) {
        return new MfaDevice(account, name, path, seed, holder, enabled, newDrift, newUsed, tags);
    }

    /** The same once a code was used; empty where it is none that the device shows at this time for the first time. */
    Optional<MfaDevice> accept(String code, Instant now) {
        return changed(new Totp(seed).accept(code, Totp.step(now) + drift, used), step -> at(drift, step));
    }

    /** The same with its clock known from two codes that follow each other; empty where they do not, or are too far from now. */
    Optional<MfaDevice> synchronize(String first, String second, Instant now) {
        long step = Totp.step(now);
        return changed(new Totp(seed).synchronize(first, second, step, used), found -> {
            long away = found - step;
            return at(away >= -TYPING_STEPS && away <= 1 ? 0 : away, found);
        });
    }

    private static Optional<MfaDevice> changed(OptionalLong step, LongFunction<MfaDevice> edit) {
        return step.isPresent() ? Optional.of(edit.apply(step.getAsLong())) : Optional.empty();
    }

    void put(Transaction tx) {
        tx.put(KIND, Scope.global(account), key(), this);
    }

    void delete(Transaction tx) {
        tx.delete(KIND, Scope.global(account), key());
    }

    /** The account's own device with this serial number. */
    static Optional<MfaDevice> find(String serialNumber, View view, String account) {
        String prefix = prefix(account);
        return serialNumber.startsWith(prefix)
                ? view.get(KIND, Scope.global(account), serialNumber.substring(prefix.length()))
                : Optional.empty();
    }

    static List<MfaDevice> heldBy(String account, String holder, View view) {
        return view.find(KIND, Scope.global(account), "holder", holder);
    }

    static boolean any(String account, String holder, View view) {
        return view.any(KIND, Scope.global(account), "holder", holder);
    }
}
