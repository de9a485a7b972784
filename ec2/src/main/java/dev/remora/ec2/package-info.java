/** The EC2 service: VPCs, subnets, security groups, interfaces, route tables, zones; and the reconciler of their data plane. */
@NullMarked
package dev.remora.ec2;

import org.jspecify.annotations.NullMarked;
