// A teacher offers a course with one place; a parent adds a child to the family and enrols it, with
// the guardian's consent on the host's sheet and never as an adult; the next one waits; the first leaves, and the place goes to the one who waits. In Chinese, in English, and
// once with script off.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESKTOP, PHONE, found, look, open } from "./browser.mjs";
import { signIn, start } from "./host.mjs";

let host;
before(async () => (host = await start()));
after(async () => host?.stop());

const WORDS = {
  "zh-CN": { enrolled: "报名成功", waits: "排队第", offered: "有空位，请确认", guardian: "请监护人登录" },
  en: { enrolled: "Enrolled", waits: "in line", offered: "A place is free", guardian: "a guardian must sign in" },
};

const service = (page) => `${host.address}/services/education/${page}`;
const next = (page) => page.click("main form button:not([type=button])");
const day = (days) => new Date(Date.now() + days * 86400000).toISOString().slice(0, 10);

async function offer(page, title, name) {
  await page.goto(service("offer"));
  await look(page, `${name}-offer`);
  await page.fill("#title", title);
  await page.fill("#about", "放学后写一小时字");
  await page.fill("#min-age", "6");
  await page.fill("#max-age", "13");
  await page.fill("#seats", "1");
  await next(page);
  await page.selectOption("#place", "310101022027");
  await page.fill("#place-address", "社区中心二楼");
  await next(page);
  await page.fill("#starts", day(10));
  await page.fill("#when", "周一到周五 15:30");
  await page.fill("#closes", day(5));
  await next(page);
  await look(page, `${name}-offer-check`);
  await page.click("form[action$='/send'] button");
  await look(page, `${name}-roster`);
  return new URL(page.url()).searchParams.get("id");
}

const born = () => `${new Date().getFullYear() - 8}-01-15`;

// The family's page of the host: only a guardian gives consent about a child.
async function addChild(page) {
  await page.goto(`${host.address}/family`);
  if ((await page.textContent("main")).includes("林小树")) return;
  await page.fill("#name", "林小树");
  await page.fill("#born", born());
  await page.click("form[action='/family/children'] button");
}

async function enrol(page, course, who, name) {
  await page.goto(`${service("course")}?id=${course}`);
  await look(page, `${name}-course`);
  await page.goto(`${service("enrol")}?id=${course}`);
  await look(page, `${name}-who`);
  await page.check(who);
  await next(page);
  await page.fill("#name", "林小树");
  await page.fill("#born", born());
  await look(page, `${name}-person`);
  await next(page);
  await look(page, `${name}-check`);
  assert(await page.isVisible("section[aria-labelledby=consent]"), "what is agreed to is said");
  await page.click("form[action$='/send'] button");
}

const ONESELF = "#person";
const CHILD = "#person\\.1";

async function journey(options, name) {
  const words = WORDS[options.language];
  const [teacher, first, second] = await Promise.all([
    open({ ...options, size: DESKTOP }),
    open({ ...options, size: PHONE }),
    open({ ...options, size: PHONE }),
  ]);
  try {
    await signIn(host, teacher.page, "teacher");
    const course = await offer(teacher.page, `书法 ${name}`, name);
    await signIn(host, first.page, "resident");
    await addChild(first.page);
    await enrol(first.page, course, ONESELF, `${name}-without`);
    assert((await first.page.textContent("main")).includes(words.guardian), "not without a guardian");
    await enrol(first.page, course, CHILD, name);
    await look(first.page, `${name}-enrolled`);
    assert((await first.page.textContent("main")).includes(words.enrolled));
    const entry = first.page.url();
    await signIn(host, second.page, "resident2");
    await addChild(second.page);
    await enrol(second.page, course, CHILD, `${name}-second`);
    await look(second.page, `${name}-waits`);
    assert((await second.page.textContent("main")).includes(words.waits));
    const waiting = new URL(second.page.url()).searchParams.get("id");
    await first.page.goto(entry);
    await first.page.click("main a[href*='/confirm/leave']");
    await look(first.page, `${name}-leave`);
    await next(first.page);
    await second.page.goto(service("mine"));
    await look(second.page, `${name}-mine`);
    assert((await second.page.textContent("main")).includes(words.offered));
    await second.page.click(`main a[href$='/entry?id=${waiting}']`);
    await second.page.click("form[action*='/actions/accept'] button");
    assert((await second.page.textContent("main")).includes(words.enrolled));
    await teacher.page.goto(`${service("roster")}?id=${course}`);
    await look(teacher.page, `${name}-list`);
    assert(!(await teacher.page.textContent("main")).includes("林小树"), "the teacher has numbers");
    assert.deepEqual([...teacher.errors, ...first.errors, ...second.errors], []);
    assert.deepEqual(found, [], "axe finds nothing on any page");
  } finally {
    for (const it of [teacher, first, second]) await it.close();
  }
}

test("a course with one place, in Chinese", () => journey({ language: "zh-CN" }, "course-zh"));
test("a course with one place, in English", () => journey({ language: "en" }, "course-en"));
test("a course with one place, with script off", () => journey({ language: "zh-CN", script: false }, "course-plain"));
