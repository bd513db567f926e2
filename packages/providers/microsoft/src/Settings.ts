import type { ProviderManifest } from "@oauth-manager/provider-sdk"

const host = "[a-z0-9-]+(\\.[a-z0-9-]+)+"
const path = "[A-Za-z0-9._~/-]*"
const guid = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"

/** `https://` stands in the manifest, not here, so that no setting can turn a link into another scheme. */
export const settings: NonNullable<ProviderManifest["settings"]> = {
  tenant: {
    title: "Whose accounts: common, organizations, consumers, or one tenant's id or domain",
    default: "common",
    pattern: "[A-Za-z0-9.-]{1,128}"
  },
  allowed_tenants: {
    title: "Ids of the only tenants whose accounts may connect, separated by commas; empty for all",
    default: "",
    pattern: `(${guid}( *, *${guid})*)?`
  },
  login_host: {
    title: "Host of the identity platform, other in national clouds",
    default: "login.microsoftonline.com",
    pattern: host
  },
  graph_host: {
    title: "Host of Microsoft Graph, other in national clouds",
    default: "graph.microsoft.com",
    pattern: host
  },
  admin_consent_path: {
    title: "Path on login_host where an administrator consents; personal accounts cannot, so that it is not of common",
    default: "organizations/v2.0/adminconsent",
    pattern: path
  },
  work_access_page: {
    title: "Page where users of work accounts withdraw consent, without https://",
    default: "myapps.microsoft.com",
    pattern: `${host}(/${path})?`
  },
  personal_access_page: {
    title: "Page where users of personal accounts withdraw consent, without https://",
    default: "account.live.com/consent/Manage",
    pattern: `${host}(/${path})?`
  }
}
