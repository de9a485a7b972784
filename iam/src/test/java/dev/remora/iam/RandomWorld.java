package dev.remora.iam;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * A random request and all policies that bear on it, small enough that they often meet. Everything of it follows from the seed.
 *
 * @param user whether the caller is a user; otherwise a session of a role
 * @param tags of the user or role
 * @param boundary empty if there is none, like {@code session} and {@code resourcePolicy}
 * @param control service control policies, level by level
 * @param guard resource control policies, level by level, without AWS's own; drawn last, so that seeds keep their worlds
 * @param context condition keys of the request
 */
record RandomWorld(
        long seed,
        boolean user,
        Map<String, String> tags,
        String action,
        String resource,
        String resourceAccount,
        Map<String, List<String>> context,
        List<String> identity,
        String boundary,
        String session,
        List<List<String>> control,
        String resourcePolicy,
        List<List<String>> guard) {
    static final String ACCOUNT = Lab.ACCOUNT;
    static final String OTHER = "444455556666";
    static final String ROLE = "arn:aws:iam::" + ACCOUNT + ":role/app/worker";
    static final String SESSION = "arn:aws:sts::" + ACCOUNT + ":assumed-role/worker/s1";
    static final String USER = "arn:aws:iam::" + ACCOUNT + ":user/app/ada";

    /** An action, what it can touch ({@code %s} is the account), and condition keys of its own. */
    private record Call(String action, List<String> resources, List<String> keys) {}

    private static final List<Call> CALLS = List.of(
            new Call("s3:GetObject", List.of("arn:aws:s3:::shop/a/1", "arn:aws:s3:::shop/b"), List.of()),
            new Call("s3:PutObject", List.of("arn:aws:s3:::shop/a/1"), List.of("s3:x-amz-acl")),
            new Call("s3:ListBucket", List.of("arn:aws:s3:::shop"), List.of("s3:prefix", "s3:max-keys")),
            new Call("sqs:SendMessage", List.of("arn:aws:sqs:us-east-1:%s:jobs"), List.of("aws:ResourceTag/team")),
            new Call("sqs:ReceiveMessage", List.of("arn:aws:sqs:us-east-1:%s:jobs"), List.of()),
            new Call("lambda:InvokeFunction", List.of("arn:aws:lambda:us-east-1:%s:function:f"), List.of("aws:ResourceTag/team")),
            new Call("lambda:CreateFunction", List.of("arn:aws:lambda:us-east-1:%s:function:f"),
                    List.of("lambda:VpcIds", "lambda:SubnetIds", "lambda:SecurityGroupIds", "aws:RequestTag/team",
                            "aws:TagKeys")),
            new Call("lambda:UpdateFunctionConfiguration", List.of("arn:aws:lambda:us-east-1:%s:function:f"),
                    List.of("lambda:VpcIds", "lambda:SubnetIds", "lambda:SecurityGroupIds")),
            new Call("ec2:TerminateInstances", List.of("arn:aws:ec2:us-east-1:%s:instance/i-0123456789abcdef0"),
                    List.of("ec2:ResourceTag/team", "ec2:InstanceType", "ec2:Tenancy")),
            new Call("ec2:DescribeInstances", List.of("*"), List.of("ec2:Region")),
            new Call("ssm:GetParameter", List.of("arn:aws:ssm:us-east-1:%s:parameter/shop/db"), List.of("aws:ResourceTag/team")));

    /** The services of the actions. */
    static final List<String> SERVICES = CALLS.stream()
            .map(call -> call.action().substring(0, call.action().indexOf(':')))
            .distinct()
            .toList();

    /** Those of them that resource control policies are for. */
    private static final List<String> GUARDED = List.of("s3", "sqs");

    /** Condition keys, by what their values are. */
    private enum Type {
        TEXT(List.of("red", "blue", "Red", "r", ""), "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase",
                "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"),
        NUMBER(List.of("1", "2", "10", "2.0"), "NumericEquals", "NumericNotEquals", "NumericLessThan",
                "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals"),
        DATE(List.of("2026-01-02T03:04:05Z", "2025-12-31T00:00:00Z", "2027-01-01T00:00:00Z"), "DateEquals", "DateNotEquals",
                "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"),
        TRUTH(List.of("true", "false"), "Bool"),
        ADDRESS(List.of("10.0.0.1", "10.0.1.7", "203.0.113.9"), "IpAddress", "NotIpAddress"),
        ARN(List.of(ROLE, USER, "arn:aws:iam::" + OTHER + ":role/x"), "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike");

        private final List<String> values;
        private final List<String> operators;

        Type(List<String> values, String... operators) {
            this.values = values;
            this.operators = List.of(operators);
        }

        static Type of(String key) {
            return switch (key) {
                case "s3:max-keys", "aws:MultiFactorAuthAge" -> NUMBER;
                case "aws:CurrentTime", "aws:TokenIssueTime" -> DATE;
                case "aws:SecureTransport", "aws:MultiFactorAuthPresent" -> TRUTH;
                case "aws:SourceIp" -> ADDRESS;
                case "aws:PrincipalArn", "aws:SourceArn" -> ARN;
                default -> TEXT;
            };
        }
    }

    private static final List<String> SEVERAL = List.of("lambda:SubnetIds", "lambda:SecurityGroupIds", "aws:TagKeys");

    private static final List<String> GLOBAL = List.of("aws:SourceIp", "aws:SecureTransport", "aws:UserAgent",
            "aws:RequestedRegion", "aws:Referer", "aws:CurrentTime");

    /** Keys that a policy asks about and that the caller, not the request, gives. */
    private static final List<String> OF_CALLER = List.of("aws:PrincipalTag/team", "aws:PrincipalArn", "aws:username",
            "aws:PrincipalAccount");

    static RandomWorld of(long seed) {
        return new Maker(new Random(seed * 0x9E3779B97F4A7C15L)).world(seed);
    }

    /** Whether a condition key may have several values. */
    static boolean several(String key) {
        return SEVERAL.contains(key);
    }

    String principal() {
        return user ? USER : SESSION;
    }

    /** Draws one world. */
    private static final class Maker {
        private final Random random;

        Maker(Random random) {
            this.random = random;
        }

        private boolean chance(double of) {
            return random.nextDouble() < of;
        }

        private <T> T one(List<T> of) {
            return of.get(random.nextInt(of.size()));
        }

        RandomWorld world(long seed) {
            boolean user = chance(0.5);
            Call call = one(CALLS);
            boolean foreign = chance(0.15);
            String owner = foreign ? OTHER : ACCOUNT;
            String resource = one(call.resources()).formatted(owner);
            var context = new LinkedHashMap<String, List<String>>();
            for (String key : GLOBAL) {
                if (key.equals("aws:CurrentTime") || chance(0.5)) {
                    context.put(key, List.of(one(Type.of(key).values)));
                }
            }
            for (String key : call.keys()) {
                if (chance(0.6)) {
                    context.put(key, SEVERAL.contains(key) ? several() : List.of(one(Type.of(key).values)));
                }
            }
            Map<String, String> tags = chance(0.5) ? Map.of("team", one(List.of("red", "blue"))) : Map.of();
            var control = new ArrayList<List<String>>();
            if (chance(0.3)) {
                for (int level = 0; level <= random.nextInt(3); level++) {
                    control.add(policies(call, resource, 0.8));
                }
            }
            return new RandomWorld(seed, user, tags, call.action(), resource, owner, context, policies(call, resource, 0.7),
                    chance(0.3) ? policy(call, resource, 0.8, false) : "",
                    !user && chance(0.3) ? policy(call, resource, 0.8, false) : "",
                    control,
                    !resource.equals("*") && chance(0.4) ? policy(call, resource, 0.7, true) : "",
                    GUARDED.contains(service(call)) && !resource.equals("*") && chance(0.3) ? guard(call, resource) : List.of());
        }

        private List<List<String>> guard(Call call, String resource) {
            var levels = new ArrayList<List<String>>();
            for (int level = 0; level <= random.nextInt(3); level++) {
                levels.add(chance(0.4) ? List.of()
                        : List.of("{\"Version\":\"2012-10-17\",\"Statement\":[" + guarding(call, resource) + "]}"));
            }
            return levels;
        }

        /** A statement as resource control policies may have it; ARNs cut short are nothing for the other evaluator there. */
        private String guarding(Call call, String resource) {
            String prefix = service(call) + ":";
            String name = call.action().substring(prefix.length());
            return "{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":"
                    + list(one(List.of(prefix + "*", call.action(), prefix + name.substring(0, 3) + "*", "sts:AssumeRole")))
                    + (chance(0.85) ? ",\"Resource\":" : ",\"NotResource\":")
                    + list(one(List.of("*", resource, resource.substring(0, resource.length() - 1) + "?",
                            resource.substring(0, resource.lastIndexOf(':') + 1) + "*", "arn:aws:s3:::shop/${aws:username}*")))
                    + (chance(0.7) ? ",\"Condition\":{" + condition(call) + "}" : "") + "}";
        }

        private static String service(Call call) {
            return call.action().substring(0, call.action().indexOf(':'));
        }

        private List<String> several() {
            var values = new ArrayList<String>();
            for (int i = 0; i <= random.nextInt(3); i++) {
                values.add(one(Type.TEXT.values));
            }
            return values.stream().distinct().toList();
        }

        private List<String> policies(Call call, String resource, double allow) {
            var policies = new ArrayList<String>();
            for (int i = 0; i <= random.nextInt(2); i++) {
                policies.add(policy(call, resource, allow, false));
            }
            return policies;
        }

        private String policy(Call call, String resource, double allow, boolean principals) {
            var statements = new ArrayList<String>();
            for (int i = 0; i <= random.nextInt(3); i++) {
                statements.add(statement(call, resource, allow, principals));
            }
            return "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}";
        }

        private String statement(Call call, String resource, double allow, boolean principals) {
            var text = new StringBuilder("{\"Effect\":\"").append(chance(allow) ? "Allow" : "Deny").append('"');
            if (principals) {
                boolean except = text.indexOf("Deny") > 0 && chance(0.2);
                text.append(except ? ",\"NotPrincipal\":" : ",\"Principal\":").append(principal(except));
            }
            text.append(chance(0.85) ? ",\"Action\":" : ",\"NotAction\":").append(list(action(call)));
            text.append(chance(0.85) ? ",\"Resource\":" : ",\"NotResource\":").append(list(resource(resource)));
            if (chance(0.5)) {
                text.append(",\"Condition\":{").append(condition(call));
                if (chance(0.2)) {
                    String more = condition(call);
                    // One operator must not stand twice.
                    if (text.indexOf(more.substring(0, more.indexOf(':', more.indexOf('"', 1)))) < 0) {
                        text.append(',').append(more);
                    }
                }
                text.append('}');
            }
            return text.append('}').toString();
        }

        private String principal(boolean except) {
            if (!except && chance(0.2)) {
                return "\"*\"";
            }
            return "{\"AWS\":" + list(one(List.of(ROLE, SESSION, USER, ACCOUNT, "arn:aws:iam::" + ACCOUNT + ":root",
                    "arn:aws:iam::" + OTHER + ":root"))) + "}";
        }

        private String action(Call call) {
            String service = call.action().substring(0, call.action().indexOf(':'));
            String name = call.action().substring(service.length() + 1);
            return one(List.of("*", service + ":*", call.action(), call.action().toUpperCase(Locale.ROOT),
                    service + ":" + name.substring(0, 3) + "*", service + ":?" + name.substring(1), one(CALLS).action()));
        }

        private String resource(String resource) {
            if (resource.equals("*")) {
                return one(List.of("*", "*", "arn:aws:s3:::shop"));
            }
            int cut = resource.length() / 2 + random.nextInt(resource.length() / 2);
            // AWS wants no wildcard in what says the type of a resource; the last letter never does.
            return one(List.of("*", resource, resource, resource.substring(0, cut) + "*",
                    resource.substring(0, resource.length() - 1) + "?", "arn:aws:s3:::other/*",
                    resource + "${aws:PrincipalTag/team}", "arn:aws:s3:::shop/${aws:username}*"));
        }

        private String condition(Call call) {
            var keys = new ArrayList<>(GLOBAL);
            keys.addAll(OF_CALLER);
            keys.addAll(call.keys());
            keys.addAll(call.keys());
            String key = one(keys);
            if (chance(0.1)) {
                return "\"Null\":{\"" + key + "\":\"" + one(Type.TRUTH.values) + "\"}";
            }
            Type type = Type.of(key);
            String operator = one(type.operators);
            String set = SEVERAL.contains(key) ? one(List.of("ForAllValues:", "ForAnyValue:")) : "";
            String ifExists = chance(0.2) ? "IfExists" : "";
            var values = new ArrayList<String>();
            for (int i = 0; i <= random.nextInt(2); i++) {
                values.add("\"" + value(type) + "\"");
            }
            String listed = values.size() == 1 && chance(0.5) ? values.getFirst() : "[" + String.join(",", values) + "]";
            return "\"" + set + operator + ifExists + "\":{\"" + (chance(0.1) ? key.toLowerCase(Locale.ROOT) : key) + "\":"
                    + listed + "}";
        }

        private String value(Type type) {
            return switch (type) {
                case TEXT -> one(List.of("red", "blue", "r*", "?ed", "*", "RED", "${aws:PrincipalTag/team}",
                        "${aws:PrincipalTag/team, 'red'}", "us-east-1", ACCOUNT, "ada"));
                case ADDRESS -> one(List.of("10.0.0.0/16", "10.0.0.0/24", "203.0.113.9", "128.0.0.0/1", "2001:db8::/32"));
                case ARN -> one(List.of(ROLE, USER, "arn:aws:iam::*:role/app/*", "arn:aws:iam::" + ACCOUNT + ":*",
                        "arn:*:*:*:*:*"));
                default -> one(type.values);
            };
        }

        private String list(String value) {
            return chance(0.5) ? "\"" + value + "\"" : "[\"" + value + "\"]";
        }
    }
}
