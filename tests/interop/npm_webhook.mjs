// A listener for webhooks made of the npm package `standardwebhooks`, for the tests of our sender. It verifies every request
// with the secret it was given, answers 204 or 400, and tells what it saw as one line of JSON per event on standard output.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { join } from "node:path";

const require = createRequire(join(process.env.COUNTERSIGN_TEST_NODE_MODULES, "from-here.js"));
const { Webhook } = require("standardwebhooks");

const tell = (event) => process.stdout.write(JSON.stringify(event) + "\n");
const webhook = new Webhook(process.env.WEBHOOK_SECRET);

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const id = request.headers["webhook-id"];
  try {
    const payload = webhook.verify(Buffer.concat(chunks).toString("utf8"), request.headers);
    tell({ event: "verified", id, payload });
    response.writeHead(204).end();
  } catch (error) {
    tell({ event: "refused", id, why: error.message });
    response.writeHead(400).end(error.message);
  }
});

server.listen(0, "127.0.0.1", () => {
  tell({ event: "listening", port: server.address().port, now_s: Math.floor(Date.now() / 1000) });
});

// The test is gone when its end of the pipe is.
createInterface({ input: process.stdin }).on("close", () => process.exit(0));
