// A daughter registers her mother, who has no account yet, joins with a family code, agrees on the
// host's sheet and presses her one button; staff see the area without a name. Somebody registers
// themselves with the sheet, withdraws, and agrees again. What climbs when it stays silent needs a
// day to pass: the plugin's own tests move the clock. In Chinese, in English, and once with script
// off.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { DESKTOP, PHONE, found, look, open } from "./browser.mjs";
import { signIn, start } from "./host.mjs";

// A host each: once a round of the job has made a record of the old person, nobody is asked again.
let host;
beforeEach(async () => (host = await start()));
afterEach(async () => host?.stop());

const WORDS = {
  "zh-CN": {
    registered: "登记好了", well: "收到了，谢谢您", left: "还没有登记的老人", offer: "登记的内容还在家人名下",
    stopped: "本人已撤回同意",
  },
  en: {
    registered: "Registered", well: "We have heard you. Thank you", left: "Nobody is registered",
    offer: "is still your family's", stopped: "Consent was withdrawn",
  },
};

const service = (page) => `${host.address}/services/eldercare/${page}`;
const next = (page) => page.click("main form button:not([type=button])");

const shows = async (page, words) => (await page.textContent("main")).includes(words);

async function send(page, name, sheet) {
  await look(page, name);
  assert.equal(await page.isVisible("section[aria-labelledby=consent]"), sheet, "the sheet");
  await page.click("form[action$='/send'] button");
}

// What is asked about every old person, up to the last step.
async function fill(page, name) {
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
}

async function register(page, name) {
  await page.goto(service("home"));
  await look(page, `${name}-home`);
  await page.goto(service("register"));
  await look(page, `${name}-register`);
  await page.click("main a[href$='/register-kin']");
  await fill(page, name);
  await next(page);
  assert(await page.isVisible(".govuk-error-summary"), "nobody is registered without consent");
  await page.check("input[name=hour][value=t600]");
  await page.check("input[name=consent]");
  await next(page);
  await send(page, `${name}-check`, false);
}

// The caller's own consent, from the page that asks for it.
async function agree(page, name) {
  await page.click("main a[href*='/agree?']");
  await look(page, `${name}-agree`);
  await page.check("input[name=agree]");
  await next(page);
  await send(page, `${name}-sheet`, true);
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
    assert(await shows(mother.page, words.offer));
    await agree(mother.page, name);
    assert(!(await shows(mother.page, words.offer)));
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

async function alone(options, name) {
  const words = WORDS[options.language];
  const { page, errors, close } = await open({ ...options, size: PHONE });
  try {
    await signIn(host, page, "resident2");
    await page.goto(service("register"));
    await page.click("main a[href$='/register-account']");
    await look(page, `${name}-who`);
    await page.check("#person");
    await next(page);
    await fill(page, name);
    await next(page);
    await send(page, `${name}-check`, true);
    await look(page, `${name}-registered`);
    assert(await shows(page, words.registered));
    const own = page.url();
    await page.goto(`${host.address}/my-data`);
    await page.click("form[action*='/my-data/consents/'] button");
    await page.goto(own);
    await look(page, `${name}-stopped`);
    assert(await shows(page, words.stopped));
    assert.equal(await page.locator("form[action*='/actions/well']").count(), 0, "nobody would hear it");
    await agree(page, name);
    await page.click("form[action*='/actions/well'] button");
    assert(await shows(page, words.well));
    assert.deepEqual(errors, [], "nothing is wrong in the console");
    assert.deepEqual(found, [], "axe finds nothing on any page");
  } finally {
    await close();
  }
}

test("a daughter and her mother, in Chinese", () => journey({ language: "zh-CN" }, "elder-zh"));
test("a daughter and her mother, in English", () => journey({ language: "en" }, "elder-en"));
test("a daughter and her mother, with script off", () => journey({ language: "zh-CN", script: false }, "elder-plain"));
test("somebody by themselves, in Chinese", () => alone({ language: "zh-CN" }, "alone-zh"));
