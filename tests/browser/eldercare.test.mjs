// A daughter registers her mother, who joins with a family code and presses her one button; staff
// see the area without a name. What climbs when it stays silent needs a day to pass: the plugin's
// own tests move the clock. In Chinese, in English, and once with script off.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESKTOP, PHONE, found, look, open } from "./browser.mjs";
import { signIn, start } from "./host.mjs";

let host;
before(async () => (host = await start()));
after(async () => host?.stop());

const WORDS = {
  "zh-CN": { registered: "登记好了", well: "收到了，谢谢您", left: "还没有登记的老人" },
  en: { registered: "Registered", well: "We have heard you. Thank you", left: "Nobody is registered" },
};

const service = (page) => `${host.address}/services/eldercare/${page}`;
const next = (page) => page.click("main form button:not([type=button])");

async function register(page, name) {
  await page.goto(service("home"));
  await look(page, `${name}-home`);
  await page.goto(service("register"));
  await look(page, `${name}-register`);
  await page.check("input[name=who][value=family]");
  await next(page);
  await page.fill("#name", "王秀英");
  await page.fill("#phone", "19900000003");
  await page.selectOption("#place", "310101022027");
  await page.fill("#place-address", "马当路 1 号 301 室");
  await page.check("input[name=alone]");
  await look(page, `${name}-person`);
  await next(page);
  await page.fill("#contact-name", "林小满");
  await page.fill("#contact-phone", "19900000001");
  await next(page);
  await page.check("input[name=hour][value=t600]");
  await look(page, `${name}-when`);
  await next(page);
  assert(await page.isVisible(".govuk-error-summary"), "nobody is registered without consent");
  await page.check("input[name=hour][value=t600]");
  await page.check("input[name=consent]");
  await next(page);
  await look(page, `${name}-check`);
  await page.click("form[action$='/send'] button");
}

async function journey(options, name) {
  const words = WORDS[options.language];
  const daughter = await open({ ...options, size: PHONE });
  const mother = await open({ ...options, size: PHONE });
  try {
    await signIn(host, daughter.page, "resident");
    await register(daughter.page, name);
    await look(daughter.page, `${name}-registered`);
    assert((await daughter.page.textContent("main")).includes(words.registered));
    await daughter.page.click("form[action*='/actions/code'] button");
    const code = (await daughter.page.textContent("main")).match(/\d{4} \d{4}/)[0];
    await look(daughter.page, `${name}-code`);

    await signIn(host, mother.page, "elder");
    await mother.page.goto(service("join"));
    await look(mother.page, `${name}-join`);
    await mother.page.fill("#code", code);
    await mother.page.check("input[name=who][value=elder]");
    await next(mother.page);
    await look(mother.page, `${name}-button`);
    await mother.page.click("form[action*='/actions/well'] button");
    await look(mother.page, `${name}-well`);
    assert((await mother.page.textContent("main")).includes(words.well));
    assert.equal(await mother.page.locator("form[action*='/actions/well']").count(), 0, "once a day");

    const staff = await open({ ...options, size: DESKTOP });
    try {
      await signIn(host, staff.page, "gridworker");
      await staff.page.goto(service("area"));
      await look(staff.page, `${name}-area`);
      const shown = await staff.page.textContent("main");
      assert(!shown.includes("王秀英") && !shown.includes("19900000003"), "no name, no number");
      assert(!shown.includes(words.left));
    } finally {
      await staff.close();
    }
    assert.deepEqual([...daughter.errors, ...mother.errors], [], "nothing is wrong in the console");
    assert.deepEqual(found, [], "axe finds nothing on any page");
  } finally {
    await daughter.close();
    await mother.close();
  }
}

test("a daughter and her mother, in Chinese", () => journey({ language: "zh-CN" }, "elder-zh"));
test("a daughter and her mother, in English", () => journey({ language: "en" }, "elder-en"));
test("a daughter and her mother, with script off", () => journey({ language: "zh-CN", script: false }, "elder-plain"));
