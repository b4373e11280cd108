// Builds the desk into ../page. The same sources always give the same bytes, so
// CI can compare; every file but index.html has a name that changes with it.

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
  plugins: [react(), strictStyles(), sizes()],
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    outDir: "../page",
    emptyOutDir: true,
    target: ["chrome111", "safari16.4", "firefox114"],
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
  },
});
