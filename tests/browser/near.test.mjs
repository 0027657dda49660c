// A neighbour is about to report the lamp that somebody has reported: sees it, follows it and sends
// nothing. The desk finds it by its words and sees which other may be the same; a supervisor judges
// what the host has noticed. An administrator has another system told of cases. In Chinese, in
// English, and once with script off.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESKTOP, PHONE, found, look, open } from "./browser.mjs";
import { signIn, start } from "./host.mjs";

let host;
before(async () => (host = await start()));
after(async () => host?.stop());

const COMMUNITY = "310101022027";
const CLASS = "P0101";
const next = (page) => page.click("main form button:not([type=button])");
const main = (page) => page.textContent("main");

async function as(login, options, size, name, work) {
  const { page, errors, close } = await open({ ...options, size });
  const show = async (what, to) => {
    if (to) await page.goto(host.address + to);
    await look(page, `${name}-${what}`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert(overflow <= 0, `${name}-${what} is ${overflow} px wider than the window`);
  };
  // As a browser posts it: with where it comes from.
  const post = async (to, data, once) => {
    const headers = { origin: host.address, "idempotency-key": once };
    const answer = await page.request.post(host.address + to, { headers, data });
    assert(answer.ok(), `${to}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  };
  try {
    await signIn(host, page, login);
    await work({ page, show, post });
    // A refused form comes back with 422, which Chromium notes as well.
    assert.deepEqual(errors.filter((error) => !/status of 422/.test(error)), []);
  } finally {
    await close();
  }
}

async function near(options, name) {
  let first, second;
  await as("resident", options, PHONE, name, async ({ post }) => {
    const report = (title, n) => post("/api/v1/cases", { title, description: `${title}，请修`, division: COMMUNITY }, `${name}-lamp-${n}`);
    first = await report("路灯不亮", 1);
    second = await report("路灯又不亮", 2);
  });
  await as("community", options, DESKTOP, name, async ({ page, show, post }) => {
    await post(`/api/v1/cases/${first.id}/actions`, { action: "file", version: 1, class: CLASS, urgency: "normal" }, name);
    await show("duplicates", `/work/cases/${second.id}`);
    assert((await main(page)).includes(first.number), "what may be the same is shown");
    await show("work", "/work");
    await page.fill("form[role=search] [name=q]", "路灯");
    await page.click("form[role=search] button");
    await show("search");
    assert((await main(page)).includes(second.number));
    await page.fill("form[role=search] [name=q]", "，");
    await page.click("form[role=search] button");
    await show("search-empty");
    assert(await page.isVisible(".govuk-error-summary"));
  });
  await as("resident2", options, PHONE, name, async ({ page, show }) => {
    await page.goto(`${host.address}/report`);
    await page.fill("#description", "路灯损坏");
    await next(page);
    await page.selectOption("#place", COMMUNITY);
    await page.fill("#place-address", "弄堂口");
    await next(page);
    await show("near");
    const follow = `form[action='/cases/${first.id}/follow'] button`;
    assert((await main(page)).includes(first.number) && !(await main(page)).includes("请修"));
    await page.click(follow);
    await page.waitForURL(new RegExp(`/cases/${first.id}$`));
    await show("followed");
    assert(!(await main(page)).includes("请修"), "nothing of what was written");
    await show("matters", "/matters");
    await page.click(`main a[href='/cases/${first.id}']`);
    await page.click(`form[action='/cases/${first.id}/unfollow'] button`);
    await page.waitForURL(/\/matters$/);
    assert(!(await main(page)).includes(first.number));
  });
}

// What is noticed is noticed in turns, of which the first comes as soon as the host is up.
async function hints(options, name, phone) {
  await as("hotline", options, DESKTOP, name, async ({ post }) => {
    for (let n = 0; n < 5; n++) {
      await post("/api/v1/cases", { description: "来电", division: COMMUNITY, contact_phone: phone }, `${name}-${n}`);
    }
  });
  await host.restart();
  await as("supervisor", options, DESKTOP, name, async ({ page, show }) => {
    for (let n = 0; n < 50; n++) {
      await page.goto(`${host.address}/work/board`);
      if (await page.locator("form[action$='/dismissed']").count()) break;
      await page.waitForTimeout(200);
    }
    await show("hints");
    assert(!(await main(page)).includes(phone.slice(-4)), "whose number it is stays unsaid");
    await page.click("form[action$='/dismissed'] button");
    await show("hints-judged");
    assert((await main(page)).includes("100%"), "how often hints were wrong");
  });
}

async function webhooks(options, name) {
  await as("admin", options, DESKTOP, name, async ({ page, show }) => {
    await show("webhooks", "/work/webhooks");
    await page.selectOption("#unit", "u-310101022");
    await page.click("form[action='/work/webhooks'] button");
    await show("webhooks-refused");
    assert(await page.isVisible(".govuk-error-summary"));
    await page.fill("#url", "https://hooks.example/od");
    await page.click("form[action='/work/webhooks'] button");
    await show("webhook-secret");
    assert.match(await main(page), /whsec_/);
    await show("webhooks-one", "/work/webhooks");
    assert(!/whsec_/.test(await main(page)), "a secret is shown once");
    await page.click("main a[href^='/work/webhooks/'] >> nth=0");
    await show("webhook");
    await page.click("form[action$='/delete'] button");
    await page.waitForURL(/\/work\/webhooks$/);
  });
}

const LOOKS = [
  ["zh", { language: "zh-CN" }],
  ["en", { language: "en" }],
  ["plain", { language: "zh-CN", script: false }],
];
LOOKS.forEach(([name, options], n) => {
  test(`the same lamp twice, ${name}`, () => near(options, name));
  test(`what the host noticed, ${name}`, () => hints(options, name, `1990000881${n}`));
  test(`another system is told, ${name}`, () => webhooks(options, name));
});
test("axe finds nothing", () => assert.deepEqual(found, []));
