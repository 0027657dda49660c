// Builds what pages load, under names that carry a digest of their content, and the list of them
// that the host reads: dist/manifest.json.
import { createHash } from "node:crypto";
import fs from "node:fs";
import { build } from "esbuild";
import * as sass from "sass";

const OUT = "dist";

const style = sass.compile("src/site.scss", {
  loadPaths: ["node_modules"],
  style: "compressed",
  quietDeps: true,
  silenceDeprecations: ["import"],
});
const script = await build({
  entryPoints: ["src/site.mjs"],
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2020", "chrome94", "safari15"],
  write: false,
  logLevel: "warning",
});

const files = {
  "site.css": Buffer.from(style.css),
  "site.mjs": Buffer.from(script.outputFiles[0].contents),
  "icon.svg": fs.readFileSync("src/icon.svg"),
};

fs.rmSync(OUT, { recursive: true, force: true });
fs.mkdirSync(OUT);
const manifest = {};
for (const [name, bytes] of Object.entries(files)) {
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const dot = name.lastIndexOf(".");
  manifest[name] = `${name.slice(0, dot)}.${digest}${name.slice(dot)}`;
  fs.writeFileSync(`${OUT}/${manifest[name]}`, bytes);
  console.log(`   ${name}: ${bytes.length} bytes`);
}
// Last, since its being there says that all the others are.
fs.writeFileSync(`${OUT}/manifest.json`, JSON.stringify(manifest, null, 1));
