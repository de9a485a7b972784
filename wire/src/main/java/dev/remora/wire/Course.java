package dev.remora.wire;

import dev.remora.wire.Authorizer.Decision;
import org.jspecify.annotations.Nullable;

/** How far one call came, for the audit. Of the decisions about it the one that says most is kept: a denial, or one waived. */
final class Course {
    private @Nullable Call call;
    private String accessKey = "";
    private String service = "";
    private String operation = "";
    private String action = "";
    private @Nullable Decision decision;

    void began(Call begun, Claim claim) {
        call = begun;
        accessKey = claim.accessKey();
        service = claim.service();
    }

    void named(String spelled) {
        operation = spelled;
    }

    void decided(String about, Decision made) {
        Decision known = decision;
        if (known == null || known.reason() == Authorizer.Reason.ALLOWED || !made.allowed()) {
            action = about;
            decision = made;
        }
    }

    /** Tells of the call, if it is known who made it and what it asks for. */
    void ended(Audit audit, @Nullable AwsError error) {
        Call made = call;
        if (made != null && !operation.isEmpty()) {
            audit.answered(new Audit.Answered(made, accessKey, service, operation, decision, action, error));
        }
    }
}
