//! The demonstration: Huangpu's divisions, generated cells, made-up offices and people for every
//! role, with random passwords. Made in a folder that is a demonstration's for good;
//! never touches another kind of folder.

mod month;
pub(crate) mod organisation;
mod plugins;

pub use month::month;
pub(crate) use month::photo;
pub use plugins::install;

use std::{fmt::Write as _, io, path::PathBuf};

use crate::{
    app::App,
    config::Kind,
    db,
    error::Error,
    folder, grid,
    identity::operations::{self, Newcomer},
};
use organisation::{COMMUNITY, Worker};

/// The file that keeps the table of accounts for a second start; its owner's only.
const ACCOUNTS: &str = "demo-accounts.txt";

/// How long ago the demonstration's offices opened, in seconds.
const SINCE: i64 = 60 * 24 * 3600;

/// Why there is no demonstration to show.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The folder holds something else.
    #[error("this folder is not a demonstration's")]
    OtherKind,
    /// The accounts' passwords are nowhere any more.
    #[error(
        "{ACCOUNTS} is missing from the folder, and with it the passwords: remove the folder and start again"
    )]
    AccountsMissing,
    /// The disk said no.
    #[error("{ACCOUNTS}: {0}")]
    Io(#[from] io::Error),
    /// A component was refused.
    #[error("{file}: {}", why.chain())]
    Component {
        /// The component's file.
        file: String,
        /// Why.
        why: Error,
    },
    /// Something else went wrong.
    #[error("the demonstration: {}", .0.chain())]
    Failed(#[from] Error),
}

/// Makes what a new demonstration lacks, and answers the table of its accounts, to be printed.
pub async fn prepare(app: &App) -> Result<String, DemoError> {
    if app.kind != Kind::Demo {
        return Err(DemoError::OtherKind);
    }
    let path = accounts_file(app);
    let people = {
        let mut connection = app.domain.database.read().await?;
        db::accounts::count(&mut connection).await?
    };
    if people == 0 {
        return make(app, &path).await;
    }
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(DemoError::AccountsMissing),
        other => Ok(other?),
    }
}

fn accounts_file(app: &App) -> PathBuf {
    app.config.data.join(ACCOUNTS)
}

async fn make(app: &App, path: &PathBuf) -> Result<String, DemoError> {
    let domain = &app.domain;
    let mut cx = domain.system("demo");
    // Offices stand and people have their posts since before the month that may be told.
    cx.now = cx.now.plus_seconds(-SINCE);
    let import = grid::huangpu(cx.now)?;
    let offices = organisation::offices(&import.divisions);
    let workers = organisation::workers(&import.divisions);
    let passwords: Vec<String> = workers.iter().map(|_| password(app)).collect();
    let table = table(&workers, &passwords);
    // Before the writes: a start that is cut off here finds nobody and begins again.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => folder::write_private(path, table.as_bytes())?,
    }
    grid::import(domain, &cx, import).await?;
    let people = workers.into_iter().zip(passwords).map(newcomer).collect();
    operations::populate(domain, &cx, offices, people).await?;
    Ok(table)
}

fn newcomer((worker, password): (Worker, String)) -> Newcomer {
    let role = worker.role;
    Newcomer {
        login: Some(worker.login.to_owned()),
        name: worker.name.to_owned(),
        phone: worker.phone.map(str::to_owned),
        community: worker.phone.map(|_| COMMUNITY.to_owned()),
        password: Some(password),
        posts: worker.units.into_iter().map(|unit| (unit, role)).collect(),
    }
}

/// Twelve characters that are easy to read aloud: 60 random bits.
fn password(app: &App) -> String {
    let text = data_encoding::BASE32_NOPAD.encode(&app.domain.ids.bytes::<8>());
    let text = text.to_lowercase();
    let part = |from: usize| text.get(from..from + 4).unwrap_or_default();
    format!("{}-{}-{}", part(0), part(4), part(8))
}

fn table(workers: &[Worker], passwords: &[String]) -> String {
    let mut text = String::from(
        "账号 account   密码 password    姓名 name   岗位 post\n\
         ------------   -------------   ---------   ---------\n",
    );
    for (worker, password) in workers.iter().zip(passwords) {
        // Chinese characters are two columns wide, which `format!` does not know.
        let pad = 10usize.saturating_sub(2 * worker.name.chars().count());
        let _ = writeln!(
            text,
            "{:<12}   {:<13}   {}{:pad$}  {}",
            worker.login, password, worker.name, "", worker.task
        );
    }
    text.push_str(
        "\n(1) 淮海中路街道 Huaihai Middle Road Subdistrict   (2) 其他九个街道 the other nine\n\
         数据均为虚构，网格为生成的示意图形。 All people are made up; grid areas are generated.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        attachments::{self, Upload},
        cases::{
            model::{Action, Rating, State, Urgency},
            operations::{self as cases, Command, Report},
        },
        config::Config,
        context::{Channel, Context, Principal},
        grid::{Datum, Point},
        identity::sessions,
    };

    async fn open(at: &std::path::Path) -> App {
        App::open(Config::local(Kind::Demo, at.join("demo"), 0))
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_second_start_shows_the_same_accounts() {
        let at = tempfile::tempdir().unwrap();
        let app = open(at.path()).await;
        let first = prepare(&app).await.unwrap();
        app.close().await;
        drop(app);
        let app = open(at.path()).await;
        assert_eq!(prepare(&app).await.unwrap(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let mode = std::fs::metadata(accounts_file(&app)).unwrap().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::remove_file(accounts_file(&app)).unwrap();
        assert!(matches!(
            prepare(&app).await,
            Err(DemoError::AccountsMissing)
        ));
    }

    #[tokio::test]
    async fn only_a_demonstration_is_filled() {
        let at = tempfile::tempdir().unwrap();
        let config = Config::local(Kind::Development, at.path().join("data"), 0);
        let app = App::open(config).await.unwrap();
        assert!(matches!(prepare(&app).await, Err(DemoError::OtherKind)));
        assert!(app.domain.grid.index().is_empty());
    }

    /// As someone of the printed table, by the password printed there.
    async fn signed_in(app: &App, table: &str, login: &str) -> Context {
        let line = table
            .lines()
            .map(|it| it.split_whitespace().collect::<Vec<_>>());
        let line = line
            .into_iter()
            .find(|it| it.first() == Some(&login))
            .unwrap();
        let mut cx = app.domain.system("test");
        cx.channel = Channel::App;
        cx.principal = Principal::Anonymous;
        let session = operations::sign_in(&app.domain, &cx, login, line[1])
            .await
            .unwrap();
        let signed_in = sessions::authenticate(&app.domain, &session, cx.now).await;
        cx.principal = signed_in.unwrap().unwrap().principal;
        cx
    }

    async fn photo(app: &App, cx: &Context) -> String {
        let mut bytes = io::Cursor::new(Vec::new());
        let picture = image::DynamicImage::new_rgb8(4, 4);
        picture
            .write_to(&mut bytes, image::ImageFormat::Jpeg)
            .unwrap();
        let upload = Upload {
            name: "路灯.jpg".to_owned(),
            bytes: bytes.into_inner(),
            once: app.domain.ids.id(cx.now),
            draft: None,
        };
        attachments::upload(&app.domain, cx, upload)
            .await
            .unwrap()
            .id
    }

    /// The demonstration's people suffice for the whole course of a broken street lamp.
    #[tokio::test]
    async fn a_broken_lamp_goes_round_and_is_rated() {
        let at = tempfile::tempdir().unwrap();
        let app = open(at.path()).await;
        let table = prepare(&app).await.unwrap();
        let domain = &app.domain;
        let resident = signed_in(&app, &table, "resident").await;
        let before = photo(&app, &resident).await;
        let report = Report {
            once: "lamp".to_owned(),
            title: "路灯不亮".to_owned(),
            description: "弄堂口的路灯三天不亮了".to_owned(),
            point: Some(Point {
                lon: 121.4743,
                lat: 31.2212,
                datum: Datum::Wgs84,
            }),
            files: vec![before.clone()],
            ..Report::default()
        };
        let case = cases::submit(domain, &resident, report).await.unwrap();
        let community = signed_in(&app, &table, "community").await;
        let street = signed_in(&app, &table, "street").await;
        let handler = signed_in(&app, &table, "handler").await;
        let after = photo(&app, &handler).await;
        let rating = Rating {
            contacted: true,
            solved: true,
            satisfied: 5,
        };
        let steps = [
            (&community, Action::File, State::Filed),
            (&community, Action::Dispatch, State::Dispatched),
            (&street, Action::Relay, State::Dispatched),
            (&handler, Action::Accept, State::InProgress),
            (&handler, Action::ReportDone, State::Feedback),
            (&street, Action::ConfirmUp, State::Feedback),
            (&community, Action::ConfirmUp, State::Verifying),
            (
                &signed_in(&app, &table, "verifier").await,
                Action::VerifyPass,
                State::Resolved,
            ),
            (&resident, Action::Rate, State::Closed),
        ];
        for (n, (cx, action, expected)) in steps.into_iter().enumerate() {
            let version = cases::get(domain, cx, &case.id)
                .await
                .unwrap()
                .course
                .version;
            let command = Command::new(&case.id, version, action, &n.to_string());
            let command = match action {
                Action::File => command.class("P0101", Urgency::Normal),
                Action::Dispatch => command.to("u-310101022"),
                Action::Relay => command.to("u-310101022-construction"),
                Action::ReportDone => Command {
                    files: vec![after.clone()],
                    ..command.words("灯泡已换")
                },
                Action::Rate => Command {
                    rating: Some(rating),
                    ..command
                },
                _ => command,
            };
            let case = cases::act(domain, cx, command).await;
            assert_eq!(case.unwrap().course.state, expected, "{action:?}");
        }
        // Its photos are for those who may see the case, and nobody else.
        assert!(
            attachments::open(domain, &handler, &before, None)
                .await
                .is_ok()
        );
        assert!(
            attachments::open(domain, &resident, &after, None)
                .await
                .is_ok()
        );
        for login in ["street2", "resident2", "admin", "reviewer"] {
            let other = signed_in(&app, &table, login).await;
            let opened = attachments::open(domain, &other, &before, None).await;
            assert!(matches!(opened, Err(Error::NotFound)), "{login}");
        }
    }
}
