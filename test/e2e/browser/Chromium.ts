import { chromium, type BrowserContext, type Page } from "playwright-core"
import { existsSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

const installed = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]

const executable = (): string => {
  const found = process.env["CHROMIUM_PATH"] ?? installed.find((path) => existsSync(path))
  if (found === undefined) {
    throw new Error("these tests need Chromium: apt-get install chromium, or name its program in CHROMIUM_PATH")
  }
  return found
}

/** A person's browser: a profile on disk, with cookies and storage of its own. */
export interface Profile {
  readonly browser: BrowserContext
  readonly tab: Page
  readonly close: () => Promise<void>
}

export const openProfile = async (): Promise<Profile> => {
  const executablePath = executable()
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
