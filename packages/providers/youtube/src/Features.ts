import type { ProviderManifest } from "@oauth-manager/provider-sdk"

const api = (name: string): string => `https://www.googleapis.com/auth/${name}`

/** What a product may offer on a YouTube channel, with the narrowest scopes that serve it. */
export const features: ProviderManifest["features"] = [
  { id: "youtube.videos.read", title: "Show your YouTube videos", scopes: [api("youtube.readonly")] },
  {
    id: "youtube.videos.upload",
    title: "Upload videos to your YouTube channel",
    scopes: [api("youtube.readonly"), api("youtube.upload")]
  },
  { id: "youtube.videos.manage", title: "Edit your YouTube videos and comments", scopes: [api("youtube.force-ssl")] },
  { id: "youtube.analytics.read", title: "Show your YouTube statistics", scopes: [api("yt-analytics.readonly")] }
]
