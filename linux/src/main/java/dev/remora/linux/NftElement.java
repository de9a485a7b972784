package dev.remora.linux;

import java.util.Optional;

/** An element of a set, or of a map to data or to verdicts. */
public record NftElement(NftData key, Optional<NftData> data, Optional<NftVerdict> verdict) {
    public static NftElement of(NftData key) {
        return new NftElement(key, Optional.empty(), Optional.empty());
    }

    public static NftElement of(NftData key, NftData data) {
        return new NftElement(key, Optional.of(data), Optional.empty());
    }

    public static NftElement of(NftData key, NftVerdict verdict) {
        return new NftElement(key, Optional.empty(), Optional.of(verdict));
    }

    @Override
    public String toString() {
        return key + data.map(value -> " : " + value).orElse("") + verdict.map(value -> " : " + value).orElse("");
    }
}
