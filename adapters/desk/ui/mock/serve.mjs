// Serves a running desk with made-up figures: node mock/serve.mjs PORT DESK
// e.g. node mock/serve.mjs 8090 http://localhost:8080, then open /analytics there.
// Everything but /v1/analytics/ is the desk's own answer, its policies too.
// With MOCK_FAIL=1 there are none.

import { createServer, request } from "node:http";
import { answer } from "./answers.mjs";

const [port = "8090", desk = "http://localhost:8080"] = process.argv.slice(2);
const { hostname, port: to } = new URL(desk);

const server = createServer((req, res) => {
  const url = new URL(req.url, desk);
  if (url.pathname === "/v1/analytics/export") {
    res.writeHead(200, { "Content-Type": "text/csv", "Content-Disposition": `attachment; filename="${url.searchParams.get("what")}.csv"` });
    return res.end("figure,value\n");
  }
  if (url.pathname.startsWith("/v1/analytics/")) {
    const body = process.env.MOCK_FAIL ? null : answer(req.method, url);
    res.writeHead(body ? 200 : 503, { "Content-Type": "application/json" });
    return res.end(JSON.stringify(body ?? { code: "internal", title: "no figures" }));
  }
  const on = request({ hostname, port: to, path: req.url, method: req.method, headers: req.headers }, (got) => {
    res.writeHead(got.statusCode, got.headers);
    got.pipe(res);
  });
  on.on("error", () => res.writeHead(502).end());
  req.pipe(on);
});

server.on("upgrade", (req, socket, head) => {
  const on = request({ hostname, port: to, path: req.url, headers: req.headers });
  on.on("upgrade", (got, other) => {
    const lines = Object.entries(got.headers).map(([name, value]) => `${name}: ${value}`);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
    other.write(head);
    socket.pipe(other).pipe(socket);
    for (const end of [socket, other]) end.on("error", () => (socket.destroy(), other.destroy()));
  });
  on.on("error", () => socket.destroy());
  on.end();
});

server.listen(Number(port), "127.0.0.1");
