import { defineConfig } from "vitest/config"

const covered = { lines: 90, branches: 90, functions: 90, statements: 90 }

export default defineConfig({
  test: {
    globalSetup: ["test/GlobalSetup.ts"],
    include: ["test/**/*.test.ts", "packages/**/*.test.ts", "apps/**/*.test.ts"],
    pool: "forks",
    // A worker imports what the files share once, not once a file: nothing in a module remembers a test
    isolate: false,
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: process.env.CI ? ["default", ["json", { outputFile: "coverage/tests.json" }]] : ["default"],
    coverage: {
      provider: "v8",
      include: ["packages/domain/src/**/*.ts", "packages/application/src/**/*.ts", "packages/adapters/*/src/**/*.ts"],
      reporter: ["text-summary", "lcov", "json-summary"],
      thresholds: {
        "packages/domain/**": covered,
        "packages/application/**": covered,
        "packages/adapters/**": covered
      }
    }
  }
})
