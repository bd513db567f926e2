import type { ProviderManifest } from "@oauth-manager/provider-sdk"

const api = (name: string): string => `https://www.googleapis.com/auth/${name}`

/** Google restricts none of YouTube's scopes; all but the sign-in are sensitive. */
export const scopes: ProviderManifest["scopes"] = [
  { value: "openid", title: "Sign in", description: "Tells which Google account it is.", sensitivity: "basic" },
  {
    value: api("youtube.readonly"),
    title: "See the channel",
    description: "Reads the channel, its videos, playlists and subscriptions.",
    sensitivity: "sensitive"
  },
  {
    value: api("youtube.upload"),
    title: "Upload videos",
    description: "Adds videos to the channel. By itself it cannot even tell which channel that is.",
    sensitivity: "sensitive"
  },
  {
    value: api("youtube"),
    title: "Manage the channel",
    description: "Reads and changes the channel, its videos and playlists.",
    sensitivity: "sensitive",
    implies: [api("youtube.readonly"), api("youtube.upload")]
  },
  {
    value: api("youtube.force-ssl"),
    title: "Edit videos, comments and captions",
    description: "Reads, changes and deletes videos, ratings, comments and captions.",
    sensitivity: "sensitive",
    implies: [api("youtube.readonly")]
  },
  {
    value: api("yt-analytics.readonly"),
    title: "Read statistics",
    description: "Reads YouTube Analytics reports of the channel.",
    sensitivity: "sensitive"
  }
]
