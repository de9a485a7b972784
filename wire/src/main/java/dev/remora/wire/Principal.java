package dev.remora.wire;

/** Who makes a call. */
public sealed interface Principal {
    /** The account that the principal belongs to, twelve digits. */
    String account();

    /** The principal's ARN, as GetCallerIdentity and denials print it. */
    String arn();

    /** The unique id that GetCallerIdentity prints as UserId. */
    String userId();

    /** The root of an account: may do everything in it. */
    record Root(String account) implements Principal {
        @Override
        public String arn() {
            return "arn:aws:iam::" + account + ":root";
        }

        @Override
        public String userId() {
            return account;
        }
    }

    /**
     * A session of a role.
     *
     * @param roleArn the role's own ARN, with its path
     * @param roleName the role's name, without its path
     * @param roleId AROA…
     * @param session the session's name
     * @param sourceFunctionArn for credentials that a function's environment holds, the function's unqualified ARN; else empty
     */
    record RoleSession(
            String account,
            String roleArn,
            String roleName,
            String roleId,
            String session,
            String sourceFunctionArn,
            SessionTerms terms)
            implements Principal {
        public RoleSession(
                String account, String roleArn, String roleName, String roleId, String session, String sourceFunctionArn) {
            this(account, roleArn, roleName, roleId, session, sourceFunctionArn, SessionTerms.NONE);
        }

        @Override
        public String arn() {
            return "arn:aws:sts::" + account + ":assumed-role/" + roleName + "/" + session;
        }

        @Override
        public String userId() {
            return roleId + ":" + session;
        }
    }

    /**
     * A user.
     *
     * @param path begins and ends with a slash
     * @param id AIDA…
     * @param terms of the credentials, where they are temporary (GetSessionToken)
     */
    record User(String account, String path, String name, String id, SessionTerms terms) implements Principal {
        @Override
        public String arn() {
            return "arn:aws:iam::" + account + ":user" + path + name;
        }

        @Override
        public String userId() {
            return id;
        }
    }

    /** A service of ours that acts for an account, e.g. {@code lambda.amazonaws.com}. */
    record Service(String account, String name) implements Principal {
        @Override
        public String arn() {
            return "arn:aws:iam::" + account + ":service/" + name;
        }

        @Override
        public String userId() {
            return name;
        }
    }
}
