package dev.remora.iam;

import dev.remora.wire.AwsError;
import org.jspecify.annotations.Nullable;

/** Multi-factor authentication. There are no devices, so that no code is ever right. */
final class SecondFactor {
    private SecondFactor() {}

    /** @throws AwsError AccessDenied if a device or a code was given */
    static void refuse(@Nullable String serialNumber, @Nullable String tokenCode) {
        if (serialNumber != null || tokenCode != null) {
            throw new AwsError(
                    "AccessDenied", 403, "MultiFactorAuthentication failed with invalid MFA one time pass code. ");
        }
    }
}
