// What a page does better with script than without; every page works without.
const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
const words = (element, name) => element.dataset[name] ?? "";

// A second press of the same button sends nothing. A page that comes back from the browser's
// store can be sent again.
each("form", (form) => {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
});
addEventListener("pageshow", () => each("form[data-sent]", (form) => delete form.dataset.sent));

// A question that hangs on another answer of the same page comes and goes with it. The host drops
// the answer to a hidden one, and shows all of them where there is no script.
const order = (it, than) => (typeof than === "number" ? it - than : +(it > than) - +(it < than));
const same = (all, than) =>
  Array.isArray(than)
    ? all.length === than.length && all.every((it) => than.includes(it))
    : all.length === 1 && order(all[0], than) === 0;
const tests = {
  eq: (all, [than]) => same(all, than),
  ne: (all, [than]) => !same(all, than),
  lt: ([it], [than]) => order(it, than) < 0,
  le: ([it], [than]) => order(it, than) <= 0,
  gt: ([it], [than]) => order(it, than) > 0,
  ge: ([it], [than]) => order(it, than) >= 0,
  "one-of": (all, than) => than.some((it) => same(all, it)),
  has: (all, [than]) => all.includes(than),
  contains: ([it], [than]) => it.includes(than),
  filled: () => true,
  empty: () => false,
};
const asks = (form, questions) =>
  questions.forEach((question) => {
    const passes = ([name, operator, than]) => {
      // Answers to hidden questions are disabled, and so are not among the form's data.
      const all = new FormData(form).getAll(name).map((it) => it.trim()).filter(Boolean);
      return all.length ? tests[operator](all, than) : operator === "empty";
    };
    question.hidden = !JSON.parse(question.dataset.showIf).some((group) => group.every(passes));
    question.querySelectorAll("input, select, textarea").forEach((it) => (it.disabled = question.hidden));
  });
each("form", (form) => {
  const questions = form.querySelectorAll("[data-show-if]");
  if (!questions.length) return;
  form.addEventListener("input", () => asks(form, questions));
  addEventListener("pageshow", () => asks(form, questions));
  asks(form, questions);
});

// "Where am I": fills in the point that the browser knows.
each("button[data-locate]", (button) => {
  if (!navigator.geolocation || !isSecureContext) return;
  const group = button.closest("[data-place]");
  const status = group.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", () => {
    status.textContent = words(button, "busy");
    const found = ({ coords }) => {
      group.querySelector("[data-lon]").value = coords.longitude.toFixed(6);
      group.querySelector("[data-lat]").value = coords.latitude.toFixed(6);
      status.textContent = words(button, "done");
    };
    const failed = () => (status.textContent = words(button, "failed"));
    navigator.geolocation.getCurrentPosition(found, failed, { timeout: 10000, enableHighAccuracy: true });
  });
});

// Photos are made smaller before they are sent: a cheap phone on a slow line sends 300 KB, not 8 MB.
const LONGEST = 1600;
async function smaller(file) {
  if (!file.type.startsWith("image/") || file.size < 400_000) return file;
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const bytes = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
  if (!bytes || bytes.size >= file.size) return file;
  return new File([bytes], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
}
each("input[type=file][data-shrink]", (input) => {
  input.addEventListener("change", async () => {
    try {
      const files = new DataTransfer();
      for (const file of input.files) files.items.add(await smaller(file));
      input.files = files.files;
    } catch {
      // An old browser sends what was chosen.
    }
  });
});

// Reads the page aloud, where the browser can.
each("button[data-read]", (button) => {
  if (!("speechSynthesis" in window)) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (speechSynthesis.speaking) return speechSynthesis.cancel();
    const speech = new SpeechSynthesisUtterance(document.querySelector("main").innerText);
    speech.lang = document.documentElement.lang;
    speechSynthesis.speak(speech);
  });
});

// The list of what is wrong takes the focus, so that a screen reader begins there.
document.querySelector(".govuk-error-summary")?.focus();
