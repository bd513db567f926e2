import { once } from "node:events"
import { Agent, get } from "node:http"
import { connect } from "node:net"
import { setTimeout } from "node:timers/promises"
import { assert, describe, it } from "vitest"
import * as DrainingServer from "../../apps/server/src/composition/DrainingServer.ts"

const listen = async (answerAfter: number) => {
  const server = DrainingServer.make()
  server.on("request", async (_, response) => {
    await setTimeout(answerAfter)
    response.end("answered")
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 }
}

const closed = async (server: ReturnType<typeof DrainingServer.make>): Promise<number> => {
  const begun = performance.now()
  await new Promise((resolve) => server.close(resolve))
  return performance.now() - begun
}

const rawAnswer = async (request: string): Promise<string> => {
  const { server, port } = await listen(0)
  const socket = connect(port, "127.0.0.1")
  socket.end(request)
  const answer = (await socket.toArray()).join("")
  await closed(server)
  return answer
}

describe("a request that is none", () => {
  const table: ReadonlyArray<readonly [string, string, number]> = [
    ["a broken request line", "GET / HTTP/9.9 nonsense\r\n\r\n", 400],
    ["a header without a name", "GET / HTTP/1.1\r\n: x\r\n\r\n", 400],
    ["headers without end", `GET / HTTP/1.1\r\nhost: x\r\na: ${"b".repeat(20_000)}\r\n\r\n`, 431]
  ]
  for (const [name, request, status] of table) {
    it(`is answered with a problem document: ${name}`, async () => {
      const answer = await rawAnswer(request)
      assert.include(answer, `HTTP/1.1 ${status} `)
      assert.include(answer, "Content-Type: application/problem+json")
      const body = JSON.parse(answer.slice(answer.indexOf("{")))
      assert.deepInclude(body, { code: "invalid_request", status })
    })
  }
})

describe("a server that drains", () => {
  it("answers the request in flight and closes its connection, though that is kept alive", async () => {
    const { server, port } = await listen(200)
    const agent = new Agent({ keepAlive: true })
    const answer = once(get({ port, agent }), "response")
    await setTimeout(50)
    const duration = closed(server)
    const [response] = await answer
    assert.strictEqual((await response.toArray()).join(""), "answered")
    assert.isBelow(await duration, 2000)
  })

  it("does not wait for a connection that never asked for anything", async () => {
    const { server, port } = await listen(0)
    const socket = connect(port, "127.0.0.1")
    await once(socket, "connect")
    assert.isBelow(await closed(server), 2000)
    socket.destroy()
  })
})
