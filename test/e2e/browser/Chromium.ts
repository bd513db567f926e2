import { chromium, type BrowserContext, type Page } from "playwright-core"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as SystemPrograms from "../../SystemPrograms.ts"

/** A person's browser: a profile on disk, with cookies and storage of its own. */
export interface Profile {
  readonly browser: BrowserContext
  readonly tab: Page
  readonly close: () => Promise<void>
}

export const openProfile = async (): Promise<Profile> => {
  const executablePath = SystemPrograms.require(SystemPrograms.chromium)
  const folder = await mkdtemp(join(tmpdir(), "oauth-manager-profile-"))
  const browser = await chromium.launchPersistentContext(folder, {
    executablePath,
    args: ["--disable-gpu", "--disable-extensions", "--disable-component-update"],
    // Chromium refuses its own sandbox to root
    chromiumSandbox: process.getuid?.() !== 0
  })
  browser.setDefaultTimeout(10_000)
  const [tab = await browser.newPage()] = browser.pages()
  return {
    browser,
    tab,
    close: async () => {
      await browser.close()
      await rm(folder, { recursive: true, force: true })
    }
  }
}
