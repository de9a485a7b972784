package dev.remora.app;

import java.util.Map;

/** Whose resources a client command is about, taken from the variables that AWS's tools read. */
final class Defaults {
    static final String ACCOUNT = "000000000000";
    static final String REGION = "us-east-1";

    static String region(Map<String, String> environment) {
        return environment.getOrDefault("AWS_DEFAULT_REGION", environment.getOrDefault("AWS_REGION", REGION));
    }

    /** A 12-digit access key id is the account itself. */
    static String account(Map<String, String> environment) {
        String key = environment.getOrDefault("AWS_ACCESS_KEY_ID", "");
        return key.matches("[0-9]{12}") ? key : ACCOUNT;
    }

    private Defaults() {}
}
