package dev.remora.iam;

import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.View;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An account's password policy, as it is stored.
 *
 * @param maxAgeDays 0 if passwords do not expire
 * @param reuse how many passwords back must not be used again; 0 for none
 */
record PasswordRules(
        String account,
        int minLength,
        boolean symbols,
        boolean numbers,
        boolean uppercase,
        boolean lowercase,
        boolean usersMayChange,
        int maxAgeDays,
        int reuse,
        boolean hardExpiry) {

    /** One an account, under its number. */
    static final Kind<PasswordRules> KIND = Kind.of("iam.password-policy", PasswordRules.class);

    static final int DEFAULT_MIN_LENGTH = 6;

    private static final String SYMBOLS = "!@#$%^&*()_+-=[]{}|'";
    private static final int MIN_LENGTH_WITHOUT_POLICY = 8;
    private static final int KINDS_WITHOUT_POLICY = 3;

    static Optional<PasswordRules> of(String account, View view) {
        return view.get(KIND, Scope.global(account), account);
    }

    boolean takes(String password) {
        return password.length() >= minLength
                && (!symbols || hasSymbol(password))
                && (!numbers || hasNumber(password))
                && (!uppercase || hasUppercase(password))
                && (!lowercase || hasLowercase(password));
    }

    /** What IAM asks where an account has no policy: eight characters of three kinds, and not the user's name. */
    static boolean takenWithoutPolicy(String password, String userName) {
        long kinds = Stream.of(hasSymbol(password), hasNumber(password), hasUppercase(password), hasLowercase(password))
                .filter(has -> has)
                .count();
        return password.length() >= MIN_LENGTH_WITHOUT_POLICY && kinds >= KINDS_WITHOUT_POLICY && !password.equals(userName);
    }

    private static boolean hasSymbol(String password) {
        return password.chars().anyMatch(c -> SYMBOLS.indexOf(c) >= 0);
    }

    private static boolean hasNumber(String password) {
        return password.chars().anyMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean hasUppercase(String password) {
        return password.chars().anyMatch(c -> c >= 'A' && c <= 'Z');
    }

    private static boolean hasLowercase(String password) {
        return password.chars().anyMatch(c -> c >= 'a' && c <= 'z');
    }
}
