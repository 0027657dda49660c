// Chromium as people have it: a fresh profile each, phone or desktop size, script on or off; and
// axe on every page that a journey passes.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 900 };

// For a page whose script is off: one where axe, which is script, can run.
const checkers = new WeakMap();

export async function open({ language = "zh-CN", script = true, size = PHONE } = {}) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "onedoor-browser-"));
  const executablePath = CHROMIUM.find((it) => fs.existsSync(it));
  assert(executablePath, "Chromium is not installed");
  const context = await chromium.launchPersistentContext(profile, {
    executablePath, headless: true, args: FLAGS, locale: language, javaScriptEnabled: script,
    viewport: size, reducedMotion: "reduce",
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const checker = script ? undefined : await open({ language, size });
  if (checker) checkers.set(page, checker.page);
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  const close = async () => {
    await context.close();
    await checker?.close();
    fs.rmSync(profile, { recursive: true, force: true });
  };
  return { context, page, errors, close };
}

// The same page, as it stands without script, where script can run; its own is kept out.
async function copy(page, checker) {
  const body = await page.content();
  await checker.unrouteAll();
  await checker.route("**/*.mjs", (route) => route.abort());
  await checker.route(page.url(), (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }));
  await checker.goto(page.url());
  return checker;
}

// What axe finds on a page; past CSP, in a world of its own.
export async function violations(shown) {
  const checker = checkers.get(shown);
  const page = checker ? await copy(shown, checker) : shown;
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
  const run = (expression, awaitPromise) =>
    session.send("Runtime.evaluate", { expression, awaitPromise, returnByValue: true, contextId: executionContextId });
  await run(AXE, false);
  const rules = JSON.stringify(RULES);
  const { result, exceptionDetails } = await run(
    `axe.run(document, { runOnly: ${rules} }).then((it) => it.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")))`,
    true,
  );
  await session.detach();
  assert(!exceptionDetails, JSON.stringify(exceptionDetails));
  return result.value;
}

// What axe found on the pages of a journey; told at its end, all at once.
export const found = [];

// Every page of a journey: what axe finds, and a picture of it where ONEDOOR_SHOTS names a folder.
export async function look(page, name) {
  for (const it of await violations(page)) found.push(`${name}: ${it}`);
  const shots = process.env.ONEDOOR_SHOTS;
  if (shots) {
    fs.mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true });
  }
}
