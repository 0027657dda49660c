//! The tutorial, followed word by word: in an empty folder outside this repository, against a
//! demonstration that is running, with what a newcomer has installed by then (this repository's
//! commands on the PATH). Its blocks say by their first line what they are:
//!
//! - `sh setup`: done before, by hand; held to be the three lines that the tools come from;
//! - `sh`: typed in; each must succeed;
//! - `sh background`: typed in in a terminal of its own, until `<!-- stop -->`;
//! - `diff FILE`: an edit of one place, which must be there exactly once;
//! - `text PATH`: what the page at the path shows, in seconds.
//!
//! The address and the time that builds take are all that differ here.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    fs,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use onedoor_tests::served::Served;

/// The address that the tutorial has.
const ADDRESS: &str = "http://127.0.0.1:8080";
/// How long it may take to be followed, all builds of the plugin included.
const FOLLOWED: Duration = Duration::from_secs(300);
/// How long a page may take to show a change.
const SHOWN: Duration = Duration::from_secs(120);
/// What is done before: not followed here, since it builds the host and occupies a port.
const SETUP: &str = "rustup target add wasm32-unknown-unknown\n\
                     cargo install --locked --path sdk/cli\n\
                     cargo xtask demo\n";

/// A block of the tutorial.
#[derive(Clone, Debug, PartialEq)]
struct Part {
    kind: String,
    text: String,
}

fn repository() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap()
}

fn parts(file: &str) -> Vec<Part> {
    let text = fs::read_to_string(repository().join("docs").join(file)).unwrap();
    let mut found = Vec::new();
    let mut open: Option<Part> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(kind)) => {
                open = Some(Part {
                    kind: kind.to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(part), None) => part.text += &format!("{line}\n"),
            (None, None) if line == "<!-- stop -->" => {
                found.push(Part {
                    kind: "stop".to_owned(),
                    text: String::new(),
                });
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{file}: a block does not end");
    found
}

#[test]
fn both_languages_have_the_same_commands_and_edits() {
    let (english, chinese) = (parts("tutorial.md"), parts("tutorial.zh-CN.md"));
    assert!(english.len() > 15, "{english:?}");
    assert_eq!(english, chinese);
    let setup: Vec<_> = english.iter().filter(|it| it.kind == "sh setup").collect();
    assert_eq!(setup.len(), 1);
    assert_eq!(setup[0].text, SETUP);
}

/// A demonstration that is running.
struct Host(Served);

impl Host {
    async fn start() -> Self {
        Self(Served::start().await)
    }

    /// What somebody does at /work/plugins: signs in, and takes a step of a revision.
    async fn step(&self, login: &str, digest: &str, step: &str) {
        let cookie = self.0.cookie(login).await;
        let path = format!("revisions/{digest}/{step}");
        self.0.posted(&cookie, &path, Vec::new()).await;
    }

    /// Waits until a page shows every line.
    async fn shows(&self, path: &str, lines: &str, desk: &Desk) {
        let began = Instant::now();
        loop {
            let page = self.0.client.get(format!("{}{path}", self.0.base));
            let page = page.send().await.unwrap().text().await.unwrap();
            if lines.lines().all(|line| page.contains(line)) {
                return;
            }
            let said = fs::read_to_string(desk.at("background.log")).unwrap_or_default();
            assert!(
                began.elapsed() < SHOWN,
                "{path} does not show:\n{lines}\n{page}\n{said}"
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// A newcomer's empty folder and terminal.
struct Desk {
    folder: tempfile::TempDir,
    plugin: &'static str,
    background: Option<Child>,
    environment: Vec<(String, String)>,
    address: String,
}

impl Desk {
    /// `plugin` is what will be made; `built` is the folder below target that keeps its builds.
    fn new(host: &Host, plugin: &'static str, built: &str) -> Self {
        let own = std::env::current_exe().unwrap();
        let programs = own.ancestors().nth(2).unwrap().to_owned();
        for program in ["onedoor", "onedoor-plugin"] {
            assert!(programs.join(program).is_file(), "{program} is not built");
        }
        let path = std::env::var("PATH").unwrap();
        let built = repository().join("target").join(built);
        let environment = [
            ("PATH", format!("{}:{path}", programs.display())),
            ("ONEDOOR_PASSWORD", host.0.password("developer").to_owned()),
            // Both are a matter of time: what was built stays built, and nothing is fetched.
            ("CARGO_TARGET_DIR", built.display().to_string()),
            ("CARGO_NET_OFFLINE", "true".to_owned()),
        ];
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("empty")).unwrap();
        fs::write(folder.path().join("state"), "cd empty\n").unwrap();
        Self {
            folder,
            plugin,
            background: None,
            environment: environment.map(|(k, v)| (k.to_owned(), v)).to_vec(),
            address: host.0.base.clone(),
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The plugin's folder.
    fn plugin(&self) -> PathBuf {
        self.at("empty").join(self.plugin)
    }

    fn shell(&self, script: &str) -> Command {
        let script = script.replace(ADDRESS, &self.address);
        let mut shell = Command::new("bash");
        // A terminal keeps its folder and what was exported from one command to the next.
        let whole = format!(
            "set -e -o pipefail\n. ./state\nSTATE={}\n{script}\n(echo cd \"$PWD\"; export -p) > \"$STATE\"\n",
            self.at("state").display()
        );
        shell
            .args(["-c", &whole])
            .current_dir(self.folder.path())
            // That of the cargo that runs this test would pin a toolchain.
            .env_remove("RUSTUP_TOOLCHAIN")
            .env_remove("CARGO")
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null());
        shell
    }

    fn types(&self, script: &str) {
        let output = self.shell(script).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script}\n{said}\n{errors}");
        if script.contains("onedoor-plugin new") {
            let lock = repository().join("Cargo.lock");
            fs::copy(lock, self.plugin().join("Cargo.lock")).unwrap();
        }
    }

    fn leaves_running(&mut self, script: &str) {
        let log = fs::File::create(self.at("background.log")).unwrap();
        let mut shell = self.shell(script);
        shell.stdout(log.try_clone().unwrap()).stderr(log);
        self.background = Some(shell.process_group(0).spawn().unwrap());
    }

    fn edits(&self, file: &str, change: &str) {
        let path = self.plugin().join(file);
        let text = fs::read_to_string(&path).unwrap();
        let side = |left_out: char| {
            let lines = change.lines().filter(|it| !it.starts_with(left_out));
            let lines = lines.map(|it| format!("{}\n", it.get(1..).unwrap_or_default()));
            lines.collect::<String>()
        };
        let (before, after) = (side('+'), side('-'));
        assert_eq!(
            text.matches(&before).count(),
            1,
            "{file}:\n{before}\n{text}"
        );
        fs::write(path, text.replace(&before, &after)).unwrap();
    }

    /// Waits until the terminal in the background says something.
    async fn says(&self, words: &str) {
        let began = Instant::now();
        loop {
            let said = fs::read_to_string(self.at("background.log")).unwrap();
            if said.contains(words) {
                return;
            }
            assert!(began.elapsed() < SHOWN, "{words}:\n{said}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    fn stops(&mut self) {
        if let Some(mut child) = self.background.take() {
            let group = format!("-{}", child.id());
            let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
            child.wait().unwrap();
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.stops();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn whoever_follows_it_has_a_running_plugin() {
    let host = Host::start().await;
    let mut desk = Desk::new(&host, "street-lamps", "scaffold");
    let began = Instant::now();
    for part in parts("tutorial.md") {
        let (kind, argument) = part.kind.split_once(' ').unwrap_or((&part.kind, ""));
        match (kind, argument) {
            ("sh", "setup") => {}
            ("sh", "background") => desk.leaves_running(&part.text),
            ("sh", "") => {
                tokio::task::block_in_place(|| desk.types(&part.text));
                if part.text.contains("onedoor-plugin upload") {
                    let file = fs::read(desk.plugin().join("street-lamps.wasm")).unwrap();
                    let digest = onedoor::plugins::verify::digest(&file);
                    host.step("reviewer", &digest, "approve").await;
                    host.step("developer", &digest, "activate").await;
                }
            }
            ("diff", file) => desk.edits(file, &part.text),
            ("text", path) => host.shows(path, &part.text, &desk).await,
            ("stop", "") => desk.stops(),
            _ => panic!("what is this: {part:?}"),
        }
    }
    let took = began.elapsed();
    assert!(took < FOLLOWED, "it took {took:?}");
    // What was handed in is in force, not what `dev` left.
    let page = host
        .0
        .client
        .get(format!("{}/api/v1/plugins/street-lamps", host.0.base));
    let asked = page.bearer_auth(desk_token(&desk)).send().await.unwrap();
    let plugin: serde_json::Value = asked.json().await.unwrap();
    assert_eq!(plugin["version"], "0.2.0", "{plugin}");
}

/// The token that the newcomer made.
fn desk_token(desk: &Desk) -> String {
    let state = fs::read_to_string(desk.at("state")).unwrap();
    let line = state
        .lines()
        .find(|it| it.contains("ONEDOOR_TOKEN="))
        .unwrap();
    line.split('"').nth(1).unwrap().to_owned()
}

/// What `dev` says is said in words that help: of the manifest, the compiler, the plugin itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn the_terminal_says_what_is_wrong() {
    let host = Host::start().await;
    let mut desk = Desk::new(&host, "dev-lamps", "wasm");
    let begin = format!(
        "onedoor-plugin new dev-lamps\ncd dev-lamps\nexport ONEDOOR_URL={ADDRESS}\n\
         export ONEDOOR_TOKEN=$(onedoor-plugin token --login developer)\n"
    );
    tokio::task::block_in_place(|| desk.types(&begin));
    desk.leaves_running("onedoor-plugin dev");
    let home = "/services/dev-lamps/home";
    host.shows(home, "写下您想告诉我们的话。", &desk).await;

    desk.edits("plugin.toml", "-version = \"0.1.0\"\n+version = \"0.1\"\n");
    desk.says("version: three numbers").await;
    desk.edits("plugin.toml", "-version = \"0.1\"\n+version = \"0.1.0\"\n");

    let page = "            \"thanks\" => thanks(),\n";
    desk.edits(
        "src/lib.rs",
        &format!("-{page}+            \"thanks\" => no_such_page(),\n"),
    );
    desk.says("cannot find function `no_such_page`").await;
    desk.says("what it said stands above").await;

    let mended = format!(
        "-            \"thanks\" => no_such_page(),\n+{page}\
         +            \"logs\" => {{ log::warn(\"a lamp was looked at\"); home() }}\n\
         +            \"panics\" => panic!(\"all lamps are out\"),\n"
    );
    desk.edits("src/lib.rs", &mended);
    host.shows("/services/dev-lamps/logs", "写下您想告诉我们的话。", &desk)
        .await;
    desk.says("  warn: a lamp was looked at").await;
    let panics = format!("{}/services/dev-lamps/panics", host.0.base);
    let failed = host.0.client.get(panics).send().await.unwrap();
    assert!(!failed.text().await.unwrap().contains("lamps are out"));
    desk.says("all lamps are out").await;
    desk.stops();
}
