// Builds the widget and the demo page into ../page and says how big they are.
// The same sources always give the same bytes, so CI can compare.

import { readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { minify } from "terser";
import { leanPreact } from "./lean.mjs";

const OUT = "../page";
// What the oldest webviews in wide use understand.
const TARGET = ["chrome87", "safari15", "firefox91"];

/** A stylesheet ends in the program as text: it is put into a shadow root. */
const stylesAsText = {
  name: "styles as text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target: TARGET });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

// What esbuild counts as missing before Chrome 91 is a fault in spread calls
// behind ?., which are not used here.
const supported = { "optional-chain": true };

// Names of our own that are written often: they become short. None of them is
// in the protocol, in window.Kaitong, in what is stored, or in the DOM.
const OURS = [
  "activity", "announcements", "askHuman", "banner", "begun", "cancelHuman", "connection", "control", "drafted", "dropped",
  "folded", "handoff", "historyLost", "inLine", "inputLabel", "isOpen", "isSure", "lastAnswer", "lastMoment", "lastOwn", "lastOwnKey",
  "lastSeq", "lastUsed", "leaving", "listener", "liveAnswer", "liveKey", "logLabel", "memory", "nearness", "newMessages", "onChoice",
  "onChosen", "onClose", "onOpen", "onResend", "onVote", "otherLanguage", "person", "planFile", "renews", "replayed", "replaying",
  "settings", "stepOf", "subject", "switchLanguage", "thread", "tokenURL", "tooLong", "unread", "voteLabel", "voteReasons", "voteThanks",
  "voteWhy", "withAgent",
];

const common = { bundle: true, minify: true, target: TARGET, supported, charset: "utf8", legalComments: "none", logLevel: "warning" };

await build({
  ...common,
  entryPoints: ["src/widget.ts"],
  outfile: `${OUT}/widget.js`,
  format: "iife",
  jsxFactory: "h",
  jsxFragment: "Fragment",
  inject: ["src/jsx.ts"],
  tsconfigRaw: {},
  mangleProps: new RegExp(`^(${OURS.join("|")})$`),
  plugins: [stylesAsText, leanPreact],
});
await press(`${OUT}/widget.js`, "/*! Kaitong, Apache-2.0. With Preact, MIT, (c) 2015-present Jason Miller. */");
await build({ ...common, entryPoints: ["src/demo/demo.ts"], outfile: `${OUT}/demo.js`, format: "iife" });
await build({ ...common, entryPoints: ["src/style/widget.css"], outfile: `${OUT}/widget.css` });
await build({ ...common, entryPoints: ["src/demo/demo.css"], outfile: `${OUT}/demo.css` });

/** Everybody who opens a page with the widget pays for its bytes: a second, slower pass takes more of them away. */
async function press(file, banner) {
  const { code } = await minify(await readFile(file, "utf8"), {
    ecma: 2020, toplevel: true, compress: { passes: 3, pure_getters: true, unsafe_arrows: true }, format: { comments: false, preamble: banner },
  });
  await writeFile(file, `${code}\n`);
}

for (const name of ["widget.js", "widget.css", "demo.js", "demo.css"]) {
  const bytes = await readFile(`${OUT}/${name}`);
  console.log(`${name}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzipped`);
}
