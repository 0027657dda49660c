// A demonstration of its own for a test: a new folder, a free port, the accounts it prints.
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");

function freePort() {
  return new Promise((done) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

export async function start() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "onedoor-"));
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  let host = await run(folder, port, address);
  const passwords = {};
  for (const line of host.out().split("\n")) {
    const [, login, password] = line.match(/^(\S+)\s+(\w{4}-\w{4}-\w{4})\s/) ?? [];
    if (login) passwords[login] = password;
  }
  return {
    address,
    passwords,
    log: () => host.log(),
    // Stopped and started again on what it has kept.
    restart: async () => {
      await host.stop();
      host = await run(folder, port, address);
    },
    stop: async () => {
      await host.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

// The program, once it answers.
async function run(folder, port, address) {
  const program = path.join(ROOT, "target/debug/onedoor");
  const plugins = path.join(ROOT, "target/components");
  const host = spawn(program, ["demo", "--port", port, "--data", path.join(folder, "demo"), "--plugins", plugins], { cwd: ROOT });
  let out = "";
  let log = "";
  host.stdout.on("data", (bytes) => (out += bytes));
  host.stderr.on("data", (bytes) => (log += bytes));
  for (let n = 0; ; n++) {
    if (host.exitCode !== null) throw new Error(`the host ended:\n${out}\n${log}`);
    if (n > 600) throw new Error(`the host does not answer:\n${out}\n${log}`);
    const ready = await fetch(`${address}/readyz`).then((it) => it.ok, () => false);
    if (ready && out.includes(address)) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  const stop = async () => {
    host.kill("SIGTERM");
    await new Promise((done) => host.once("exit", done));
  };
  return { out: () => out, log: () => log, stop };
}

// Signs in with the printed password.
export async function signIn(host, page, login) {
  await page.goto(`${host.address}/sign-in`);
  await page.fill("#name", login);
  await page.fill("#password", host.passwords[login]);
  await page.click("form[action='/sign-in'] button");
}

// The code that the host last sent to a phone ending so: in a demonstration its log is the phone.
export async function codeFor(host, end) {
  for (let n = 0; n < 50; n++) {
    const lines = host.log().split("\n").filter((it) => it.includes(`*******${end}`));
    const code = lines.at(-1)?.match(/"code":"?(\d+)/)?.[1];
    if (code) return code;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("no code was sent");
}
