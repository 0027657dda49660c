// A broken street lamp, from a resident's phone to a rating: through the safety plugin's proposal
// and the hands of community, street, handler and verifier. In Chinese, in English, and with
// script off.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESKTOP, PHONE, found, look, open } from "./browser.mjs";
import { signIn, start } from "./host.mjs";
import { photo } from "./photo.mjs";

let host;
before(async () => (host = await start()));
after(async () => host?.stop());

const WORDS = {
  "zh-CN": { title: "有事，进一门", broken: "弄堂口的路灯三天不亮了", received: "已收到您上报的问题", resolved: "已解决", closed: "已结束" },
  en: { title: "One door for your community", broken: "The street lamp at our gate has been dark for three days", received: "Your report has been received", resolved: "Resolved", closed: "Closed" },
};

async function report(page, words, shot) {
  await page.goto(`${host.address}/`);
  await look(page, `${shot}-home`);
  assert.equal(await page.textContent("h1"), words.title);
  await page.click("a[href='/report']");
  await look(page, `${shot}-report`);
  await page.click("main form button:not([type=button])");
  await look(page, `${shot}-report-empty`);
  assert(await page.isVisible(".govuk-error-summary"), "an empty report is not taken");
  await page.fill("#description", words.broken);
  await page.setInputFiles("#photos", photo());
  await page.click("main form button:not([type=button])");
  await look(page, `${shot}-where`);
  await page.selectOption("#place", "310101022027");
  await page.fill("#place-address", "300");
  await page.click("main form button:not([type=button])");
  await look(page, `${shot}-check`);
  assert((await page.textContent("main")).includes(words.broken));
  await page.click("form[action$='/send'] button");
  await look(page, `${shot}-received`);
  assert.equal((await page.textContent("h1")).trim(), words.received);
  return page.url().match(/cases\/([^?]+)/)[1];
}

// Opens the form of an action, fills in what it asks for, and sends it.
async function act(page, action, fill = async () => {}) {
  const form = page.locator(`form[action$='/actions/${action}']`).last();
  if (!(await form.isVisible())) {
    await page.locator("details", { has: form }).locator("summary").click();
  }
  await fill(form);
  await form.locator("button").last().click();
  await page.waitForURL(/done=/);
}

// As somebody of the staff, on a desktop: opens the case and acts.
async function staff(login, options, id, name, work) {
  const browser = await open({ ...options, size: DESKTOP });
  try {
    await signIn(host, browser.page, login);
    await browser.page.goto(`${host.address}/work`);
    await look(browser.page, `${name}-${login}-work`);
    await browser.page.goto(`${host.address}/work/cases/${id}`);
    await look(browser.page, `${name}-${login}-case`);
    await work(browser.page);
    await look(browser.page, `${name}-${login}-after`);
  } finally {
    await browser.close();
  }
}

async function proposed(page) {
  for (let n = 0; n < 100; n++) {
    if (await page.locator("form[action$='/actions/file'] input[name=class]").count()) return;
    await page.waitForTimeout(200);
    await page.reload();
  }
  assert.fail("the safety plugin proposed nothing");
}

async function journey(options, name) {
  const words = WORDS[options.language];
  const resident = await open({ ...options, size: PHONE });
  const page = resident.page;
  try {
    await signIn(host, page, "resident");
    const id = await report(page, words, name);
    const first = (form, field) => form.locator(`select[name=${field}] option:not([value=''])`).first().getAttribute("value");
    const sendOn = async (form) => form.locator("select[name=target]").selectOption(await first(form, "target"));
    const street = async (form) => {
      const target = form.locator("select[name=target]");
      const known = await target.locator("option[value='u-310101022']").count();
      await target.selectOption(known ? "u-310101022" : await first(form, "target"));
    };
    await staff("community", options, id, name, async (it) => {
      await proposed(it);
      assert((await it.textContent("main")).includes("P0101") || (await it.textContent("main")).match(/路灯|lamp/i), "the proposal names the class");
      // Accepting the proposal registers the case under its class.
      await it.locator("form[action$='/actions/file']", { has: it.locator("input[name=class]") }).first().locator("button").click();
      await it.waitForURL(/done=/);
      await act(it, "dispatch", street);
    });
    await staff("street", options, id, name, (it) => act(it, "relay", async (form) => {
      const team = form.locator("option[value='u-310101022-construction']");
      if (await team.count()) await form.locator("select[name=target]").selectOption("u-310101022-construction");
      else await sendOn(form);
    }));
    await staff("handler", options, id, name, async (it) => {
      await act(it, "accept");
      await act(it, "report-done", async (form) => {
        await form.locator("input[type=file]").setInputFiles(photo());
        const said = form.locator("textarea");
        if (await said.count()) await said.fill("ok");
      });
    });
    await staff("street", options, id, name, (it) => act(it, "confirm-up"));
    await staff("community", options, id, name, (it) => act(it, "confirm-up"));
    await staff("verifier", options, id, name, (it) => act(it, "verify-pass"));
    await page.goto(`${host.address}/cases/${id}`);
    await look(page, `${name}-resolved`);
    assert((await page.textContent("main")).includes(words.resolved));
    const steps = await page.locator(".od-line li").count();
    assert(steps >= 9, `the resident sees each step (${steps})`);
    await page.check("input[name=contacted][value='1']");
    await page.check("input[name=solved][value='1']");
    await page.check("input[name=satisfied][value='5']");
    await page.click("form[action$='/rate'] button");
    await page.waitForLoadState();
    await look(page, `${name}-rated`);
    assert((await page.textContent("main")).includes(words.closed));
    await page.goto(`${host.address}/my-data`);
    await look(page, `${name}-my-data`);
    assert.deepEqual(resident.errors, [], "nothing is wrong in the console");
    assert.deepEqual(found, [], "axe finds nothing on any page");
  } finally {
    await resident.close();
  }
}

test("a lamp, in Chinese", () => journey({ language: "zh-CN" }, "zh"));
test("a lamp, in English", () => journey({ language: "en" }, "en"));
test("a lamp, with script off", () => journey({ language: "zh-CN", script: false }, "plain"));
