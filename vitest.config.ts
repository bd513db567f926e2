import { configDefaults, defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"
import * as SystemPrograms from "./test/SystemPrograms.ts"

const covered = { lines: 90, branches: 90, functions: 90, statements: 90 }

const isChaos = ({ moduleId }: TestSpecification): boolean => moduleId.includes("/test/chaos/")

/** What kills and starts processes all the time comes last: tests that measure a time would run beside it. */
class ChaosLast extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const sorted = await BaseSequencer.prototype.sort.call(this, files)
    return [...sorted.filter((file) => !isChaos(file)), ...sorted.filter(isChaos)]
  }
}

export default defineConfig({
  test: {
    globalSetup: ["test/GlobalSetup.ts"],
    include: ["test/**/*.test.ts", "packages/**/*.test.ts", "apps/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...SystemPrograms.missing.map(({ tests }) => tests)],
    pool: "forks",
    // A worker imports what the files share once, not once a file: nothing in a module remembers a test
    isolate: false,
    maxWorkers: 2,
    sequence: { sequencer: ChaosLast },
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
