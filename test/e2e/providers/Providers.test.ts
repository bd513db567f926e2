import { afterAll, afterEach, beforeAll } from "vitest"
import { featureJourneys } from "./FeatureJourneys.ts"
import { githubJourneys } from "./GitHubJourneys.ts"
import { googleJourneys } from "./GoogleJourneys.ts"
import { microsoftJourneys } from "./MicrosoftJourneys.ts"
import { notionJourneys } from "./NotionJourneys.ts"
import { startWorld, type World } from "./World.ts"
import { youtubeJourneys } from "./YouTubeJourneys.ts"

let world: World

beforeAll(async () => {
  world = await startWorld()
})

afterEach(() => world.heal())

afterAll(async () => world?.stop())

for (const journeys of [
  googleJourneys,
  youtubeJourneys,
  microsoftJourneys,
  notionJourneys,
  githubJourneys,
  featureJourneys
]) {
  journeys(() => world)
}
