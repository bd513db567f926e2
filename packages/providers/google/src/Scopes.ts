import type { ProviderManifest } from "@oauth-manager/provider-sdk"

const api = (name: string): string => `https://www.googleapis.com/auth/${name}`

/** Sensitivity as Google classes it; restricted scopes need Google's yearly security assessment of the product. */
export const scopes: ProviderManifest["scopes"] = [
  { value: "openid", title: "Sign in", description: "Tells which Google account it is.", sensitivity: "basic" },
  {
    value: "email",
    title: "E-mail address",
    description: "Reads the account's primary e-mail address.",
    sensitivity: "basic",
    aliases: [api("userinfo.email")]
  },
  {
    value: "profile",
    title: "Profile",
    description: "Reads the account's name and picture.",
    sensitivity: "basic",
    aliases: [api("userinfo.profile")]
  },
  {
    value: api("calendar.readonly"),
    title: "Read calendars",
    description: "Reads every calendar of the account, its settings and its events.",
    sensitivity: "sensitive",
    implies: [api("calendar.events.readonly")]
  },
  {
    value: api("calendar.events.readonly"),
    title: "Read events",
    description: "Reads the events of every calendar.",
    sensitivity: "sensitive"
  },
  {
    value: api("calendar.events"),
    title: "Change events",
    description: "Reads, adds, changes and deletes events of every calendar.",
    sensitivity: "sensitive",
    implies: [api("calendar.events.readonly")]
  },
  {
    value: api("calendar.freebusy"),
    title: "See when you are busy",
    description: "Reads when calendars are free or busy, and nothing of their events.",
    sensitivity: "sensitive"
  },
  {
    value: api("gmail.readonly"),
    title: "Read mail",
    description: "Reads every message and setting of Gmail.",
    sensitivity: "restricted"
  },
  {
    value: api("gmail.send"),
    title: "Send mail",
    description: "Sends messages in the account's name, and reads none.",
    sensitivity: "sensitive"
  },
  {
    value: api("gmail.labels"),
    title: "Manage mail labels",
    description: "Reads and changes Gmail's labels, and reads no message.",
    sensitivity: "basic"
  },
  {
    value: api("drive.file"),
    title: "Use chosen files",
    description: "Reads and changes the Drive files that you open or make with this product.",
    sensitivity: "basic"
  },
  {
    value: api("drive.metadata.readonly"),
    title: "See what files there are",
    description: "Reads names and properties of every Drive file, and no content.",
    sensitivity: "restricted"
  },
  {
    value: api("drive.readonly"),
    title: "Read files",
    description: "Reads every Drive file.",
    sensitivity: "restricted",
    implies: [api("drive.metadata.readonly")]
  },
  {
    value: api("drive"),
    title: "Change files",
    description: "Reads, changes and deletes every Drive file.",
    sensitivity: "restricted",
    implies: [api("drive.readonly")]
  },
  {
    value: api("contacts.readonly"),
    title: "Read contacts",
    description: "Reads every contact.",
    sensitivity: "sensitive"
  },
  {
    value: api("contacts"),
    title: "Change contacts",
    description: "Reads, adds, changes and deletes contacts.",
    sensitivity: "sensitive",
    implies: [api("contacts.readonly")]
  },
  {
    value: api("tasks.readonly"),
    title: "Read tasks",
    description: "Reads every task and task list.",
    sensitivity: "sensitive"
  },
  {
    value: api("tasks"),
    title: "Change tasks",
    description: "Reads, adds, changes and deletes tasks and task lists.",
    sensitivity: "sensitive",
    implies: [api("tasks.readonly")]
  }
]
