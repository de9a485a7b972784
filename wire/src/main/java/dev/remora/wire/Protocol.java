package dev.remora.wire;

/** The wire protocols of AWS that we speak. */
public enum Protocol {
    EC2_QUERY,
    AWS_QUERY,
    REST_JSON,
    /** As S3 speaks it, the only service here that does. */
    REST_XML,
    AWS_JSON_1_0,
    AWS_JSON_1_1
}
