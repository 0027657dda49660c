"""A plugin in Python, against the contract alone: a page, a form, calls to the host, and pages
that misbehave. What is in memory was put there at build time: `calls` shows that it stays so."""

import os
import socket
import time

from componentize_py_types import Err
from wit_world.imports import clock, grid, log, random, types, ui

calls = 0


def raw(words):
    return types.Text_Raw(str(words))


def view(title, *blocks):
    return ui.View(raw(title), None, list(blocks))


def bullets(*texts):
    return ui.Block_Bullets([raw(it) for it in texts])


def unpack(packed):
    """The texts of a packed column: `ends` counts bytes of UTF-8."""
    data, start, texts = packed.text.encode(), 0, []
    for end in packed.ends:
        texts.append(data[start:end].decode())
        start = end
    return texts


def home():
    global calls
    calls += 1
    log.write(log.Severity.INFO, "the page home")
    return view(
        "Python",
        bullets(f"calls {calls}", f"today {clock.today()}", f"now {clock.now()}"),
        bullets(f"random {random.bytes(8).hex()}"),
        ui.Block_Form(question()),
    )


def question():
    words = ui.TextSpec(ui.TextFormat.FREE, None, 2, 200, 1)
    field = ui.Field(
        "about", raw("About"), None, ui.Kind_Text(words), True, [], None, None, False, None
    )
    step = ui.Step("one", raw("Question"), [field], [])
    return ui.Form("question", 1, [step], [], False, None, raw("Send"), "", None)


def children(code):
    page = grid.children(code, types.Paging(None, 200))
    names = unpack(page.columns[page.names.index("name")].value)
    rows = list(zip(unpack(page.ids), names))[:20]
    return view(code, bullets(*[f"{code} {name}" for code, name in rows]))


def reach():
    """What there is to reach beside the contract: nothing. Each line names what was found."""
    found = [f"environment {dict(os.environ)}", f"time {round(time.time() * 1000)}"]
    for path in ["/", ".", "/etc/passwd", "/tmp/x"]:
        try:
            found.append(f"{path} {os.listdir(path)}")
        except OSError as error:
            found.append(f"{path} {type(error).__name__}")
    try:
        open("/tmp/x", "w")
        found.append("wrote a file")
    except OSError as error:
        found.append(f"write {type(error).__name__}")
    try:
        # The call itself: `create_connection` looks for codecs that are not in the snapshot.
        socket.socket().connect(("127.0.0.1", 80))
        found.append("connected")
    except OSError as error:
        found.append(f"connect {type(error).__name__}")
    return view("reach", bullets(*found))


def attack():
    while True:
        pass


def hoard():
    kept = []
    while True:
        kept.append(bytearray(1 << 20))


def sleep():
    time.sleep(60)
    return view("awake")


class Portal:
    def render(self, at):
        parameters = dict(at.parameters)
        pages = {
            "home": home,
            "thanks": lambda: view("Thanks", bullets("Thank you")),
            "children": lambda: children(parameters.get("code", "310101")),
            "reach": reach,
            "sleep": sleep,
            "attack": attack,
            "hoard": hoard,
            "throw": lambda: [][1],
        }
        if at.page not in pages:
            raise Err(types.Error_NotFound())
        return pages[at.page]()

    def submit(self, at, submission):
        if submission.form != "question":
            raise Err(types.Error_NotFound())
        answers = {it.field: it.value for it in submission.answers}
        if not isinstance(answers.get("about"), ui.Value_Text):
            return ui.Outcome_Invalid([types.Problem("about", raw("Say something"))])
        return ui.Outcome_Go(ui.Route("thanks", []))

    def act(self, at, action, once):
        raise Err(types.Error_NotFound())
