package dev.remora.wire;

/**
 * The VPC endpoint that a listener is behind: only one service is reached through it, and its policy limits what can be
 * done there, whatever the caller may do elsewhere.
 *
 * @param vpcId the VPC that it is in
 * @param endpointId the endpoint
 * @param service the signing name of the service
 * @param policy decides by the endpoint's policy alone, as it is at that moment
 */
public record Entrance(String vpcId, String endpointId, String service, Authorizer policy) {}
