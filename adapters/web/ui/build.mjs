// Builds the widget and the demo page into ../page and says how big they are.
// The same sources always give the same bytes, so CI can compare.

import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const OUT = "../page";
// What the oldest webviews in wide use understand.
const TARGET = ["chrome80", "safari14", "firefox90"];

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

// Destructuring works in all of them but for a rare case in Safari 14.0, which
// is why esbuild would refuse it.
const common = { bundle: true, minify: true, target: TARGET, supported: { destructuring: true }, charset: "utf8", legalComments: "none", logLevel: "warning" };

await build({
  ...common,
  entryPoints: ["src/widget.ts"],
  outfile: `${OUT}/widget.js`,
  format: "iife",
  jsx: "automatic",
  jsxImportSource: "preact",
  plugins: [stylesAsText],
  banner: { js: "/*! Kaitong, Apache-2.0. With Preact, MIT, (c) 2015-present Jason Miller. */" },
});
await build({ ...common, entryPoints: ["src/demo/demo.ts"], outfile: `${OUT}/demo.js`, format: "iife", jsx: "automatic", jsxImportSource: "preact" });
await build({ ...common, entryPoints: ["src/demo/demo.css"], outfile: `${OUT}/demo.css` });

for (const name of ["widget.js", "demo.js", "demo.css"]) {
  const bytes = await readFile(`${OUT}/${name}`);
  console.log(`${name}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzipped`);
}
