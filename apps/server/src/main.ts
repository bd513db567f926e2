#!/usr/bin/env node
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Cause, Exit, Runtime } from "effect"
import { main } from "./cli/Main.ts"

NodeRuntime.runMain(main, {
  disableErrorReporting: true,
  // A command that is broken off fails, unless it has said that this is how it ends
  teardown: (exit, done) =>
    Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
      ? done(Number(process.exitCode ?? 130))
      : Runtime.defaultTeardown(exit, done)
})
