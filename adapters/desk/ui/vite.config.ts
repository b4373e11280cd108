// Builds the desk into ../page. The same sources always give the same bytes, so
// CI can compare; every file but index.html has a name that changes with it.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

// The page runs under a policy without 'unsafe-inline' and with Trusted Types.
// The components write their styles while they run, some of them without the
// nonce they are given and all by innerHTML: what is written into a style
// element is text and nothing else, and every one carries the page's nonce.
const NONCE = `document.querySelector('meta[property="csp-nonce"]')?.nonce || ""`;
const STRICT: Record<string, [string, string][]> = {
  "@rc-component/util/es/Dom/dynamicCSS.js": [
    ["styleNode.innerHTML = css;", `styleNode.nonce = styleNode.nonce || ${NONCE};\n  styleNode.textContent = css;`],
    ["existNode.innerHTML !== css", "existNode.textContent !== css"],
    ["existNode.innerHTML = css", "existNode.textContent = css"],
  ],
  "@ant-design/icons/es/cssUtils.js": [
    ["styleNode.innerHTML = css;", `styleNode.nonce = styleNode.nonce || ${NONCE};\n  styleNode.textContent = css;`],
    ["existNode.innerHTML !== css", "existNode.textContent !== css"],
    ["existNode.innerHTML = css", "existNode.textContent = css"],
  ],
  "@ant-design/cssinjs/es/util/index.js": [["ele.innerHTML = 'Test'", "ele.textContent = 'Test'"]],
  // Charts empty the box they are drawn in. Their tooltips are drawn too, never written as markup.
  "zrender/lib/canvas/Painter.js": [
    ["root.innerHTML = '';", "root.replaceChildren();"],
    ["this.root.innerHTML = '';", "this.root.replaceChildren();"],
  ],
};

function strictStyles(): Plugin {
  return {
    name: "strict styles",
    apply: "build",
    transform(code, id) {
      const edits = Object.entries(STRICT).find(([file]) => id.replaceAll("\\", "/").endsWith(`/node_modules/${file}`))?.[1];
      if (!edits) return null;
      for (const [from, to] of edits) {
        if (!code.includes(from)) this.error(`${id} no longer holds: ${from}`);
        code = code.replace(from, to);
      }
      return { code, map: null };
    },
  };
}

/** Puts the licences of everything that went into the page beside it, as they ask for. */
function licences(): Plugin {
  return {
    name: "licences",
    generateBundle(_, bundle) {
      const folders = new Set<string>();
      for (const file of Object.values(bundle)) {
        for (const id of file.type === "chunk" ? Object.keys(file.modules) : []) {
          const folder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replaceAll("\\", "/").replace(/^\0/, ""))?.[0];
          if (folder && existsSync(`${folder}/package.json`)) folders.add(folder);
        }
      }
      const texts = [...folders].map(licenceOf).sort((a, b) => (a < b ? -1 : 1));
      this.emitFile({ type: "asset", name: "licenses.txt", source: texts.join("\n\n") });
    },
  };
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const files = readdirSync(folder).filter((one) => /^(licen[cs]e|notice)([.-]|$)/i.test(one)).sort();
  const text = files.map((file) => readFileSync(`${folder}/${file}`, "utf8").replaceAll("\r", "").trim()).join("\n\n");
  return `${name} ${version} (${license})\n${text}`.trim() + "\n";
}

function sizes(): Plugin {
  return {
    name: "sizes",
    writeBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        const bytes = Buffer.from(file.type === "chunk" ? file.code : file.source);
        console.log(`${file.fileName}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzipped`);
      }
    },
  };
}

export default defineConfig({
  base: "/desk/",
  plugins: [react(), strictStyles(), licences(), sizes()],
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    outDir: "../page",
    emptyOutDir: true,
    target: ["chrome111", "safari16.4", "firefox114"],
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { output: { postBanner: "/*! Kaitong, Apache-2.0. What others wrote: the licenses file beside this one. */" } },
  },
});
