package dev.remora.ec2;

import java.util.HexFormat;

/** The one image that instances start from: the host's system. */
public final class HostImage {
    /** The same in every installation, account and region. */
    public static final String ID =
            "ami-" + HexFormat.of().formatHex(AccountRegions.sha256("the host's system")).substring(0, 17);

    private HostImage() {}
}
