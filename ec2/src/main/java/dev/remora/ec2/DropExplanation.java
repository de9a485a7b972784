package dev.remora.ec2;

import java.util.List;
import java.util.Optional;

/**
 * A refused packet in the account's terms.
 *
 * @param interfaceId the interface whose rules refused it, where one is known
 * @param groups that interface's groups
 * @param sentence why, e.g. {@code no ingress rule of sg-0a… (db) allows TCP 5432 from 10.0.1.5 (sg-0b… app)}
 */
public record DropExplanation(
        Optional<String> vpcId, Optional<String> interfaceId, List<Networks.Group> groups, String sentence) {}
