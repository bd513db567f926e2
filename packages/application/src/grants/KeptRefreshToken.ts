import { Freshness, type Token } from "@oauth-manager/domain"
import { type DateTime, Option, type Redacted } from "effect"
import type { TokenAnswer } from "../ports/OAuthClient.ts"

/** An answer without a refresh token leaves the one that is held in force (RFC 6749 §6), for as long as it still has to live. */
export const keepingRefreshToken = <Answer extends TokenAnswer>(
  answer: Answer,
  { refreshExpiresAt }: Pick<Token, "refreshExpiresAt">,
  held: Option.Option<Redacted.Redacted<string>>,
  now: DateTime.Utc
): Answer =>
  Option.isSome(answer.refreshToken)
    ? answer
    : {
        ...answer,
        refreshToken: held,
        refreshExpiresIn: Option.orElse(answer.refreshExpiresIn, () => Freshness.remaining(refreshExpiresAt, now))
      }
