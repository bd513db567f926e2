import { Application } from "@oauth-manager/application"
import { Layer } from "effect"
import * as Sweep from "../background/Sweep.ts"
import * as Banner from "./Banner.ts"
import * as Callers from "./Callers.ts"
import * as Erasures from "./Erasures.ts"
import * as Listener from "./Listener.ts"
import * as Ports from "./Ports.ts"
import * as Telemetry from "./Telemetry.ts"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"
import * as Hardening from "../hardening/Hardening.ts"

const Core = Application.layer.pipe(Layer.provideMerge(Ports.layer))

const Driving = Banner.layer.pipe(
  Layer.provide(Layer.merge(Listener.layer, Sweep.layer)),
  Layer.provide(Erasures.layer)
)

/** The whole server. */
export const layer = Driving.pipe(
  Layer.provide(Callers.layer),
  Layer.provide(Core),
  Layer.provide(Hardening.layer.pipe(Layer.provideMerge(ServerConfiguration.layer))),
  Layer.provide(Telemetry.layer)
)
