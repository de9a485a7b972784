package dev.remora.ec2;

import java.time.Instant;

/**
 * That an instance has an instance profile.
 *
 * @param id iip-assoc-…
 * @param arn of the profile, as the profile's id
 */
record ProfileAssociation(String id, String arn, String profileId, Instant since) {
    static final String PREFIX = "iip-assoc";
}
