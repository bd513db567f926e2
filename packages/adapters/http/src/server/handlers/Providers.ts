import { ListProviders, NotFound, type RegisteredProvider } from "@oauth-manager/application"
import { ProviderId } from "@oauth-manager/domain"
import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api, defaultLimit } from "../../api/index.ts"
import { refusing } from "../problems/Refuse.ts"
import { decodeCursor, encodeCursor } from "../request/Cursor.ts"
import { providerView } from "../views/ProviderView.ts"

const behind = (providers: ReadonlyArray<RegisteredProvider>, after: Option.Option<ProviderId>) =>
  Option.match(after, {
    onNone: () => providers,
    onSome: (id) => providers.filter(({ definition }) => definition.id > id)
  })

export const layer = HttpApiBuilder.group(
  Api,
  "providers",
  Effect.fnUntraced(function* (handlers) {
    const providers = yield* ListProviders
    return handlers.handleAll({
      list: Effect.fnUntraced(function* ({ query }) {
        const rest = behind(yield* providers.list, yield* decodeCursor(ProviderId, query.cursor))
        const page = rest.slice(0, query.limit ?? defaultLimit)
        const last = page.at(-1)
        return {
          data: page.map(providerView),
          next_cursor: last !== undefined && page.length < rest.length ? encodeCursor(last.definition.id) : null
        }
      }, refusing),
      get: ({ params }) =>
        providers
          .get(params.provider)
          .pipe(Effect.mapBoth({ onSuccess: providerView, onFailure: () => new NotFound() }), refusing)
    })
  })
)
