import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { answerText, curlOf, sendExample } from "../../../cli/example-request.ts";

const example = { path: "/v1/models/iris:predict", body: { instances: [["it's"]] } };

describe("the example request", () => {
  let server: Server;
  let asked: { readonly url: string | undefined; readonly text: string }[];

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      let text = "";
      request.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      request.on("end", () => {
        asked.push({ url: request.url, text });
        response.writeHead(422).end("no");
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  function url(): string {
    const address: string | AddressInfo | null = server.address();
    return typeof address === "object" ? `http://127.0.0.1:${address?.port}` : assert.fail();
  }

  it("is sent as it stands in the service's file, once, whatever the answer is", async () => {
    const { status, text } = await sendExample(url(), example, 5_000);
    assert.deepEqual([status, text], [422, "no"]);
    assert.deepEqual(asked, [{ url: example.path, text: '{"instances":[["it\'s"]]}' }]);
  });

  it("is shown as a command that a shell takes", () => {
    assert.equal(
      curlOf("http://127.0.0.1:1", example),
      `curl 'http://127.0.0.1:1/v1/models/iris:predict' -H 'content-type: application/json' -d '{"instances":[["it'\\''s"]]}'`,
    );
  });

  it("has its answer shown in one line, cut short when it is long", () => {
    const answer = { status: 200, text: ' { "a":\n1 } ', milliseconds: 12.4 };
    assert.equal(answerText(answer), '200 in 12 ms: { "a": 1 }');
    const long = answerText({ ...answer, text: "x".repeat(501) });
    assert.equal(long, `200 in 12 ms: ${"x".repeat(500)}...`);
  });
});
