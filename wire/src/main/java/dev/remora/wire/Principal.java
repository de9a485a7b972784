package dev.remora.wire;

/** Who makes a call. */
public sealed interface Principal {
    /** The account that the principal belongs to, twelve digits. */
    String account();

    /** The principal's ARN, as GetCallerIdentity and denials print it. */
    String arn();

    /** The unique id that GetCallerIdentity prints as UserId. */
    String userId();

    /** What the credentials were issued with, where they are temporary; else {@link SessionTerms#NONE}. */
    SessionTerms terms();

    /**
     * Whether a service does not know the credentials: IAM takes temporary ones from roles, and from users who proved a second
     * factor. ("Compare AWS STS credentials".)
     */
    default boolean barredFrom(String service) {
        return service.equals("iam") && terms().temporary() && !terms().mfa() && !(this instanceof RoleSession);
    }

    /**
     * The root of an account: may do everything in it.
     *
     * @param terms of the credentials, where they are temporary (GetSessionToken)
     */
    record Root(String account, SessionTerms terms) implements Principal {
        public Root(String account) {
            this(account, SessionTerms.NONE);
        }

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

    /**
     * Whoever holds credentials of GetFederationToken: never more than its issuer, and nothing that the session's policies do not
     * allow.
     *
     * @param name the session's name
     * @param issuer the user, or the account's root, that the credentials were issued to
     */
    record FederatedUser(String account, String name, Principal issuer, SessionTerms terms) implements Principal {
        @Override
        public String arn() {
            return "arn:aws:sts::" + account + ":federated-user/" + name;
        }

        @Override
        public String userId() {
            return account + ":" + name;
        }
    }

    /** A service of ours that acts for an account, e.g. {@code lambda.amazonaws.com}. */
    record Service(String account, String name) implements Principal {
        @Override
        public SessionTerms terms() {
            return SessionTerms.NONE;
        }

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
