package dev.remora.iam;

import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import org.jspecify.annotations.Nullable;

/** Multi-factor authentication of one request: a device of the caller's own, and the code that it shows. */
final class SecondFactor {
    private final Store store;

    SecondFactor(Store store) {
        this.store = store;
    }

    /**
     * Takes the code, which is then used up whatever else becomes of the request.
     *
     * @return whether a device and a code were given
     * @throws AwsError AccessDenied if they are not the caller's, or wrong
     */
    boolean proved(@Nullable String serialNumber, @Nullable String tokenCode, Call call) {
        if (serialNumber == null && tokenCode == null) {
            return false;
        }
        if (serialNumber == null || tokenCode == null) {
            throw denied(", must provide both MFA serial number and one time pass code.");
        }
        store.write(tx -> {
            MfaDevice device = MfaDevice.find(serialNumber, tx, call.principal().account())
                    .filter(found -> found.holder().equals(call.principal().userId()))
                    .orElseThrow(() -> denied(", unable to validate MFA code.  Please verify your MFA serial number is valid"
                            + " and associated with this user."));
            MfaDevice used = device.accept(tokenCode, call.time())
                    .orElseThrow(() -> denied(" with invalid MFA one time pass code. "));
            used.put(tx);
            return used;
        });
        return true;
    }

    private static AwsError denied(String why) {
        return new AwsError("AccessDenied", 403, "MultiFactorAuthentication failed" + why);
    }
}
