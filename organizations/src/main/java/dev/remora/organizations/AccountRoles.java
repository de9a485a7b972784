package dev.remora.organizations;

/** Makes the role by which the managing account gets into an account that it made. */
@FunctionalInterface
public interface AccountRoles {
    /** @param trusted the account whose identities may assume the role */
    void createAdministrator(String account, String roleName, String trusted);
}
