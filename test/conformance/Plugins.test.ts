import github from "@oauth-manager/provider-github"
import google from "@oauth-manager/provider-google"
import microsoft from "@oauth-manager/provider-microsoft"
import notion from "@oauth-manager/provider-notion"
import sandbox from "@oauth-manager/provider-sandbox"
import { conformance } from "@oauth-manager/provider-sdk/conformance"
import youtube from "@oauth-manager/provider-youtube"
import * as Documented from "./Documented.ts"

conformance(google, Documented.google)
conformance(youtube, Documented.youtube)
conformance(microsoft, Documented.microsoft)
conformance(notion, Documented.notion)
conformance(sandbox)
conformance(github, Documented.github)
