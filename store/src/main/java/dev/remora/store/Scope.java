package dev.remora.store;

/**
 * The part of the world that a document belongs to. Accounts and regions never see each other's documents.
 *
 * @param account twelve digits
 * @param region a region's name, or the empty string for what is global in its account (IAM)
 */
public record Scope(String account, String region) implements Comparable<Scope> {
    public static Scope global(String account) {
        return new Scope(account, "");
    }

    @Override
    public int compareTo(Scope other) {
        int byAccount = account.compareTo(other.account);
        return byAccount != 0 ? byAccount : region.compareTo(other.region);
    }
}
