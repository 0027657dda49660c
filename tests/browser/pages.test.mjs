// The pages that the lamp's journey does not pass: signing in by a code, registering, invitations,
// people, the safety plugin's own pages, and a plugin's way from upload to roll-back. In Chinese
// on a phone, in English on a desktop, and in Chinese on a phone for senior people.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { Buffer } from "node:buffer";
import { after, before, test } from "node:test";
import { DESKTOP, PHONE, found, look, open } from "./browser.mjs";
import { codeFor, signIn, start } from "./host.mjs";
import { photo } from "./photo.mjs";

const GREETER = path.resolve(import.meta.dirname, "../../target/guests/greeter.wasm");
const NEXT = "main form button:not([type=button])";
const LOOKS = [
  { name: "zh-phone", language: "zh-CN", size: PHONE },
  { name: "en-desktop", language: "en", size: DESKTOP },
  { name: "elder-phone", language: "zh-CN", size: PHONE, elder: true },
];

let host;
before(async () => (host = await start()));
after(async () => host?.stop());

// A browser with nobody signed in; `show` goes to a page, or stays, and looks.
async function visitor(how) {
  const browser = await open(how);
  const { page, context } = browser;
  if (how.elder) await context.addCookies([{ name: "elder", value: "1", url: host.address }]);
  const show = async (name, to) => {
    if (to) await page.goto(host.address + to);
    await look(page, `${how.name}-${name}`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert(overflow <= 0, `${how.name}-${name} is ${overflow} px wider than the window`);
  };
  return { ...browser, show };
}

async function as(login, how, work) {
  const it = await visitor(how);
  try {
    if (login) await signIn(host, it.page, login);
    await work(it);
    // A refused form comes back with 422, which Chromium notes as well.
    const errors = it.errors.filter((error) => !/status of (422|404)/.test(error));
    assert.deepEqual(errors, [], "nothing is wrong in the console");
  } finally {
    await it.close();
  }
}

async function byCode(how, phone) {
  await as(null, how, async ({ page, show }) => {
    await show("sign-in", "/sign-in");
    await page.fill("#phone", phone);
    await page.click("form[action='/sign-in/code'] button");
    await show("code");
    await page.fill("#code", "000000");
    await page.click(NEXT);
    await show("code-wrong");
    assert(await page.isVisible(".govuk-error-summary"));
    await page.fill("#code", await codeFor(host, phone.slice(-4)));
    await page.click(NEXT);
    await show("matters-none", "/matters");
    await show("register", "/register");
    await page.click(NEXT);
    await show("register-empty");
    assert(await page.isVisible(".govuk-error-summary"));
    await page.fill("#phone", phone);
    await page.fill("#name", "朱文");
    await page.fill("#password", "a-long-enough-password");
    await page.click(NEXT);
    await page.waitForURL(/\/matters/);
    await show("registered");
    await show("password", "/account/password");
    await show("services", "/services");
    await show("find", "/find");
    await page.fill("#number", "310101-20200101-0001");
    await page.click(NEXT);
    await show("find-none");
  });
}

async function hazard(how) {
  await as("resident", how, async ({ page, show }) => {
    await show("safety", "/services/safety/home");
    await show("hazard", "/services/safety/report");
    await page.click(NEXT);
    await show("hazard-empty");
    assert(await page.isVisible(".govuk-error-summary"), "a kind must be chosen");
    await page.selectOption("#kind", "lift");
    await page.click(NEXT);
    await show("hazard-where");
    await page.selectOption("#place", "310101022027");
    await page.fill("#place-address", "1");
    await page.click(NEXT);
    await show("hazard-how");
    assert.equal(await page.locator("[name=bare-wire]").count(), 0, "a lift has no bare wire");
    await page.check("#trapped");
    await page.setInputFiles("#photos", photo());
    await page.fill("#about", "电梯里有人出不来");
    await page.click(NEXT);
    await show("hazard-check");
    await page.click("form[action$='/send'] button");
    await page.waitForURL(/receipt/);
    await show("hazard-receipt");
    await show("hazard-mine", "/services/safety/mine");
    await show("matters", "/matters");
    await show("none", "/nowhere");
  });
  await as("gridworker", how, ({ show }) => show("patrol", "/services/safety/patrol"));
}

async function people(how, login) {
  let invitation;
  await as("admin", how, async ({ page, show }) => {
    await show("people", "/work/people");
    await show("invite", "/work/people/invite");
    await page.click(NEXT);
    await show("invite-empty");
    assert(await page.isVisible(".govuk-error-summary"));
    await page.fill("#name", "周全");
    await page.fill("#login", login);
    await page.selectOption("#unit", { index: 2 });
    await page.selectOption("#role", "handler");
    await page.click(NEXT);
    await show("invited");
    invitation = await page.textContent(".od-code");
    await page.goto(`${host.address}/work/people?limit=100`);
    await page.click("main table a >> nth=0");
    await show("person");
  });
  await as(null, how, async ({ page, show }) => {
    await page.goto(invitation);
    await show("invitation");
    await page.fill("#password", "a-long-enough-password");
    await page.click(NEXT);
    await page.waitForURL(/\/work/);
    await show("invitation-taken");
  });
}

// A component with another version in its manifest; of the same length, so that nothing moves.
function greeter(version) {
  const bytes = fs.readFileSync(GREETER);
  const at = bytes.lastIndexOf('version = "0.1.0"');
  assert(at > 0, "the component carries its manifest");
  bytes.write(`version = "${version}"`, at);
  return { name: "greeter.wasm", mimeType: "application/wasm", buffer: bytes };
}

async function revision(how, version) {
  let address;
  await as("developer", how, async ({ page, show }) => {
    await show("plugins", "/work/plugins");
    await page.setInputFiles("#component", { name: "no.wasm", mimeType: "application/wasm", buffer: Buffer.from("no") });
    await page.click(NEXT);
    await show("upload-refused");
    assert(await page.isVisible(".govuk-error-summary"));
    await page.setInputFiles("#component", greeter(version));
    await page.click(NEXT);
    await page.waitForURL(/revisions/);
    await show("revision-waits");
    address = new URL(page.url()).pathname;
  });
  await as("reviewer", how, async ({ page, show }) => {
    await show("revision", address);
    await page.click("a[href$='/approve']");
    await show("approve");
    await page.click(NEXT);
    await show("approved");
  });
  await as("developer", how, async ({ page, show }) => {
    await page.goto(`${host.address}${address}`);
    await page.click("a[href$='/activate']");
    await show("activate");
    await page.click(NEXT);
    await show("activated");
    await show("plugin", "/work/plugins/guest-greeter");
    await show("greeting", "/services/guest-greeter/hello");
    assert.equal((await page.textContent("h1")).trim(), "hello");
    await show("lines", "/work/plugins/guest-greeter/lines?severity=error");
    await show("faults", "/work/plugins/guest-greeter/faults");
    await page.goto(`${host.address}/work/plugins/guest-greeter`);
    await page.click("a[href$='/stop']");
    await show("stop");
    await page.click(NEXT);
    await show("stop-empty");
    assert(await page.isVisible(".govuk-error-summary"));
    await page.fill("#reason", "检修");
    await page.click(NEXT);
    await page.waitForURL(/guest-greeter$/);
    await show("stopped");
    await page.click("a[href$='/resume']");
    await show("resume");
    await page.click(NEXT);
    await page.waitForURL(/guest-greeter$/);
    if (await page.locator("a[href$='/roll-back']").count()) {
      await page.goto(`${host.address}/work/plugins/guest-greeter`);
      await page.click("a[href$='/roll-back']");
      await show("roll-back");
      await page.click(NEXT);
      await show("rolled-back");
    }
  });
}

// What came in without a person, and what persons were told.
async function machines(how) {
  await as("resident", how, async ({ page, show }) => {
    await show("messages", "/messages");
    assert(await page.isVisible("main article"), "the hazard's reporter was told that it came in");
    await page.click("main article button");
    await page.waitForURL(/\/cases\//);
    await show("messages-left", "/messages");
    if (await page.locator("form[action='/messages/read'] button").count()) {
      await page.click("form[action='/messages/read'] button");
      await show("messages-read");
    }
  });
  await as("supervisor", how, async ({ page, show }) => {
    await show("board", "/work/board");
    await page.click(".od-figures a >> nth=0");
    await show("board-cases");
  });
  await as("admin", how, async ({ show }) => {
    await show("parked", "/work/messages");
    await show("jobs", "/work/plugins/safety/jobs");
  });
}

// Every block and every field that a plugin can show, each beside its code.
async function gallery(how) {
  await as("developer", how, async ({ page, show }) => {
    await show("gallery", "/services/gallery/home");
    await show("gallery-blocks", "/services/gallery/blocks");
    assert.match(await page.textContent("main"), /fn timeline\(\) -> Block/);
    await page.click("main button >> text=/按一下|Press/");
    await show("gallery-pressed");
    await show("gallery-fields", "/services/gallery/fields");
    await page.fill("#integer", "7");
    await page.click("form[action*='integer'] button:not([type=button])");
    await show("gallery-handed");
    assert.match(await page.textContent("main"), /Integer\(7\)/);
  });
}

// What an administrator brings in, and what is left to do.
async function bulk(how, n) {
  const file = (name, text) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
  await as("dutykeeper", how, async ({ page, show }) => {
    await show("precedents", "/work/precedents");
    const answer = await page.request.get(`${host.address}/api/v1/duty-lists/in-force?format=csv`);
    const csv = await answer.text();
    await show("duty-version", "/work/duty-list/versions/in-force");
    await show("duty", "/work/duty-list");
    await page.setInputFiles("#file", file("list.csv", csv.replace(",24,48,120,", ",24,12,120,")));
    await page.click("form[action='/work/duty-list'] button");
    await show("duty-refused");
    assert(await page.isVisible(".govuk-error-summary"));
    await page.setInputFiles("#file", file("list.csv", csv.replace(",24,48,120,", ",24,36,120,")));
    await page.fill("#version", `tried-${n}`);
    await page.click("form[action='/work/duty-list'] button");
    await show("duty-checked");
    assert((await page.textContent("main")).includes("P0202"));
    await page.click("form[action='/work/duty-list'] button");
    await show("duty-put");
    assert((await page.textContent("main")).includes(`tried-${n}`));
  });
  await as("admin", how, async ({ page, show }) => {
    await show("units", "/work/units?within=310101022");
    await show("ready", "/work/ready");
    await show("grid", "/work/grid");
    await show("grid-community", "/work/grid?code=310101022027");
    assert(await page.isVisible("svg.od-map"));
    await page.setInputFiles("#file", file("a.geojson", "{}"));
    await page.click("form[action='/work/grid/cells'] button");
    await show("grid-refused");
    assert(await page.isVisible(".govuk-error-summary"));
    await show("list", "/work/people/import");
    await page.setInputFiles("#file", file("a.csv", "login,name\n"));
    await page.click(NEXT);
    await show("list-refused");
    const line = `listed${n},周全,u-310101022,handler`;
    await page.setInputFiles("#file", file("a.csv", `login,name,unit,role\n${line}\n`));
    await page.click(NEXT);
    await show("list-invited");
    assert.match(await page.textContent("main table"), /invitation\?code=/);
  });
}

async function circle(how) {
  await as(null, how, async ({ page, show }) => {
    await show("circle", "/circle");
    await page.fill("#text", "新天地");
    await page.click("form[action='/circle'] button");
    await page.click("a[href='/circle?community=310101022027']");
    await show("circle-community");
  });
}

// The script that shows and hides questions, run on a form that has every kind of test.
async function hanging() {
  await as(null, LOOKS[0], async ({ page }) => {
    await page.goto(`${host.address}/find`);
    const script = await page.getAttribute("script[type=module]", "src");
    const hidden = await page.evaluate(async (script) => {
      const rules = {
        eq: [[["kind", "eq", ["b"]]]],
        ne: [[["kind", "ne", ["b"]]]],
        oneof: [[["kind", "one-of", ["a", "c"]]]],
        number: [[["count", "ge", [10]]]],
        has: [[["many", "has", ["ab"]]]],
        list: [[["many", "eq", [["y", "abc"]]]]],
        words: [[["about", "contains", ["lamp"]]]],
        empty: [[["about", "empty", []]]],
        either: [[["kind", "eq", ["b"]], ["about", "filled", []]], [["count", "lt", [5]]]],
        chained: [[["on-eq", "filled", []]]],
      };
      // Built piece by piece: the page takes no HTML from script.
      const make = (tag, values, parent) => {
        const made = Object.assign(document.createElement(tag), values);
        parent?.append(made);
        return made;
      };
      const form = make("form", {});
      const kind = make("select", { name: "kind" }, form);
      for (const value of ["", "a", "b"]) make("option", { value }, kind);
      for (const name of ["count", "about"]) make("input", { name }, form);
      for (const value of ["abc", "y"]) make("input", { type: "checkbox", name: "many", value }, form);
      for (const [name, rule] of Object.entries(rules)) {
        const question = make("div", { id: `q-${name}` }, form);
        question.dataset.showIf = JSON.stringify(rule);
        make("input", { name: `on-${name}`, value: "1" }, question);
      }
      document.querySelector("main").append(form);
      await import(`${script}?again`);
      const now = () => Object.keys(rules).filter((it) => !form.querySelector(`#q-${it}`).hidden).join(" ");
      const fill = (values) => {
        for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
        form.dispatchEvent(new Event("input"));
        return now();
      };
      const seen = [now(), fill({ kind: "b", count: "9", about: " a lamp " }), fill({ kind: "a", count: "10", about: "" })];
      form.elements.many[0].checked = true;
      seen.push(fill({ count: "4" }));
      form.elements.many[1].checked = true;
      seen.push(fill({ count: "x" }));
      return seen;
    }, script);
    assert.deepEqual(hidden, [
      "empty",
      "eq words either chained",
      "ne oneof number empty",
      "ne oneof empty either",
      "ne oneof list empty",
    ]);
  });
}

test("questions come and go with the answers they hang on", hanging);

LOOKS.forEach((how, n) => {
  test(`by a code, ${how.name}`, () => byCode(how, `1390000910${n}`));
  test(`a hazard, ${how.name}`, () => hazard(how));
  test(`machines, ${how.name}`, () => machines(how));
  test(`people, ${how.name}`, () => people(how, `newcomer${n}`));
  test(`the gallery, ${how.name}`, () => gallery(how));
  test(`the circle, ${how.name}`, () => circle(how));
  test(`bulk, ${how.name}`, () => bulk(how, n));
  test(`a revision, ${how.name}`, () => revision(how, `0.1.${n + 1}`));
});

test("axe finds nothing", () => assert.deepEqual(found, []));

// A resident's data: who viewed it, what was agreed to, the family; staff: catalogue and grants.
for (const how of LOOKS) {
  test(`data, family and grants: ${how.name}`, async () => {
    await as("resident", how, async ({ page, show }) => {
      await show("my-data", "/my-data");
      await show("family", "/family");
      await page.click("form[action='/family/children'] button");
      await show("family-empty");
      assert(await page.isVisible(".govuk-error-summary"));
      await page.fill("#name", "王小明");
      await page.fill("#born", "2020-01-01");
      await page.click("form[action='/family/children'] button");
      await show("family-child");
      assert((await page.textContent("main")).includes("王小明"));
      await page.click("main details summary >> nth=0");
      await page.click("form[action$='/end'] button");
      assert(!(await page.textContent("main")).includes("王小明"));
    });
    await as("clerk", how, ({ show }) => show("witness", "/work/family"));
    await as("admin", how, async ({ page, show }) => {
      await show("datasets", "/work/datasets");
      await show("grants", "/work/grants");
      const asked = "form:has(input[value=guest-greeter])";
      await page.fill(`${asked} input[name=days]`, "0");
      await page.click(`${asked} button`);
      await show("grants-refused");
      assert(await page.isVisible(".govuk-error-summary"));
      await page.fill(`${asked} input[name=days]`, "30");
      await page.click(`${asked} button`);
      await show("grants-given");
      assert.equal(await page.locator(asked).count(), 0, "what was given is no longer asked for");
      await page.click("form[action$='/revoke'] button");
      assert.equal(await page.locator(asked).count(), 1, "what was taken back is asked for again");
    });
  });
}
