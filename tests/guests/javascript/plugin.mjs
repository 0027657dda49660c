// A plugin in JavaScript, against the contract alone: a page, a form, calls to the host, and pages
// that misbehave. What is in memory was put there at build time: `calls` shows that it stays so.

import clock from "onedoor:plugin/clock@0.1.0";
import random from "onedoor:plugin/random@0.1.0";
import log from "onedoor:plugin/log@0.1.0";
import grid from "onedoor:grid/grid@0.1.0";

let calls = 0;

const raw = (words) => ({ tag: "raw", val: String(words) });
const text = (words) => ({ tag: "text", val: raw(words) });
const view = (title, blocks) => ({ title: raw(title), back: null, blocks });
const bullets = (list) => ({ tag: "bullets", val: list.map(raw) });

/** The texts of a packed column. `ends` counts bytes of UTF-8, a string here UTF-16 units. */
function unpack({ text, ends }) {
  const texts = [];
  let [at, byte, from] = [0, 0, 0];
  for (const end of ends) {
    while (byte < end) {
      const point = text.codePointAt(at);
      byte += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      at += point < 0x10000 ? 1 : 2;
    }
    texts.push(text.slice(from, at));
    from = at;
  }
  return texts;
}

function home() {
  calls += 1;
  log.write("info", "the page home");
  const bytes = Array.from(random.bytes(8), (it) => it.toString(16).padStart(2, "0"));
  return view("JavaScript", [
    bullets([`calls ${calls}`, `today ${clock.today()}`, `now ${clock.now()}`]),
    bullets([`random ${bytes.join("")}`]),
    { tag: "form", val: question() },
  ]);
}

function question() {
  const words = { format: "free", pattern: null, min: 2, max: 200, lines: 1 };
  const field = {
    id: "about", label: raw("About"), hint: null, kind: { tag: "text", val: words },
    required: true, showIf: [], default: null, prefill: null, sensitive: false,
  };
  return {
    id: "question", version: 1, checks: [], review: false, declaration: null,
    steps: [{ id: "one", title: raw("Question"), fields: [field], showIf: [] }],
    submit: raw("Send"), state: "",
  };
}

function children(at) {
  const code = at.parameters.find(([name]) => name === "code")?.[1] ?? "310101";
  const page = grid.children(code, { cursor: null, limit: 200 });
  const names = unpack(page.columns[page.names.indexOf("name")].val);
  return view(code, [bullets(unpack(page.ids).slice(0, 20).map((id, n) => `${id} ${names[n]}`))]);
}

/** Takes memory until there is no more. */
function hoard() {
  const kept = [];
  for (;;) kept.push(new Uint8Array(1 << 20).fill(1));
}

export const portal = {
  render(at) {
    switch (at.page) {
      case "home": return home();
      case "thanks": return view("Thanks", [text("Thank you")]);
      case "children": return children(at);
      case "attack": for (;;);
      case "hoard": return hoard();
      case "throw": throw new Error("a mistake of its own");
      default: throw { tag: "not-found" };
    }
  },
  submit(at, submission) {
    const about = submission.answers.find((it) => it.field === "about")?.value;
    if (submission.form !== "question") throw { tag: "not-found" };
    if (about?.tag !== "text") {
      return { tag: "invalid", val: [{ at: "about", message: raw("Say something") }] };
    }
    return { tag: "go", val: { page: "thanks", parameters: [] } };
  },
  act() {
    throw { tag: "not-found" };
  },
};
