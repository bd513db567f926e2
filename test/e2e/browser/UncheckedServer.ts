import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Application, CompleteAuthorization, StartAuthorization } from "@oauth-manager/application"
import type { AuthorizationId, Caller, UserScope } from "@oauth-manager/domain"
import { Context, Effect, Layer } from "effect"
import * as Callers from "../../../apps/server/src/composition/Callers.ts"
import * as Erasures from "../../../apps/server/src/composition/Erasures.ts"
import * as Listener from "../../../apps/server/src/composition/Listener.ts"
import * as Ports from "../../../apps/server/src/composition/Ports.ts"
import * as Telemetry from "../../../apps/server/src/composition/Telemetry.ts"
import { ServerConfiguration } from "../../../apps/server/src/configuration/ServerConfiguration.ts"

/** Completes as whoever began, whoever asks: what a service does that redeems codes without asking whose browser came back. */
const Unchecked = Layer.effectContext(
  Effect.gen(function* () {
    const starting = yield* StartAuthorization
    const completing = yield* CompleteAuthorization
    const begun = new Map<AuthorizationId, readonly [Caller, UserScope]>()
    return Context.make(StartAuthorization, {
      start: (caller, user, input) =>
        Effect.tap(starting.start(caller, user, input), ({ authorization: { id } }) =>
          Effect.sync(() => begun.set(id, [{ ...caller, scope: user }, user]))
        )
    }).pipe(
      Context.add(CompleteAuthorization, {
        complete: (caller, user, id, token) => {
          const [initiator, owner] = begun.get(id) ?? [caller, user]
          return completing.complete(initiator, owner, id, token)
        }
      })
    )
  })
)

const Core = Unchecked.pipe(Layer.provideMerge(Application.layer), Layer.provideMerge(Ports.layer))

const Main = Listener.layer.pipe(
  Layer.provide(Erasures.layer),
  Layer.provide(Callers.layer),
  Layer.provide(Core),
  Layer.provide(ServerConfiguration.layer),
  Layer.provide(Telemetry.layer),
  Layer.provide(NodeServices.layer)
)

NodeRuntime.runMain(Layer.launch(Main))
