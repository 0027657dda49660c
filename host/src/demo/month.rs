//! A month of work for the demonstration, so that queues, boards and lists are not empty. Every
//! case is made up and says so. Each goes through the same operations as anybody's, under a clock
//! that stands where the story is; the same seed tells the same story.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use std::collections::HashMap;

use super::{DemoError, organisation::STREET, plugins::acting};
use crate::{
    app::App,
    attachments::{self, Upload},
    cases::{
        model::{Action, Case, Rating, Urgency},
        operations::{self as cases, Command, Report},
    },
    config::Kind,
    context::Context,
    db,
    error::{Error, Result},
    grid::{Datum, Point},
    integrity::checkpoints,
    time::Timestamp,
};

/// How long ago the month began, in seconds.
const AGO: i64 = 30 * DAY;
const DAY: i64 = 24 * HOUR;
const HOUR: i64 = 3600;
const MINUTE: i64 = 60;
/// How many reports a day brings.
const A_DAY: i64 = 8;
/// How many cases go on side by side, so that they share the disk's commits.
const TOGETHER: usize = 16;
const SEED: u64 = 310_101;
/// One case in so many is left lying where it is.
const LEFT: u32 = 12;

/// What is reported: class, title, description. All of them are mended by a team of the street.
#[rustfmt::skip]
const STORIES: [(&str, &str, &str); 8] = [
    ("P0101", "路灯不亮", "弄堂口的路灯晚上不亮。"),
    ("P0103", "路面有坑", "路面有一个坑，骑车要绕行。"),
    ("P0102", "井盖松动", "井盖松动，车经过有响声。"),
    ("P0203", "护栏歪斜", "护栏被撞歪，没有完全断开。"),
    ("P0301", "垃圾箱房门坏了", "垃圾箱房的门关不上。"),
    ("P0401", "树枝断了", "行道树断了一根枝条，挂在路边。"),
    ("P0105", "线缆垂落", "一根线缆垂到人行道上。"),
    ("P0402", "绿地踩坏", "花坛边的绿地被踩坏了一片。"),
];

/// Who does what: the reporter, the desk of the community, that of the street, the team.
struct Cast<'a> {
    report: &'a Context,
    community: &'a Context,
    street: &'a Context,
    handler: &'a Context,
    verifier: &'a Context,
}

/// Fills a demonstration that has no case yet; how many cases it has got.
pub async fn month(app: &App) -> Result<usize, DemoError> {
    if app.kind != Kind::Demo {
        return Err(DemoError::OtherKind);
    }
    let sealed = checkpoints::files(&app.config.data.join(checkpoints::FOLDER))?;
    let known = {
        let mut c = app.domain.database.read().await?;
        db::cases::exist(&mut c).await?
    };
    if known || !sealed.is_empty() {
        return Ok(0);
    }
    let now = app.domain.clock.now();
    let mut people = HashMap::new();
    for login in [
        "resident",
        "resident2",
        "gridworker",
        "gridworker2",
        "community",
        "community2",
        "street",
        "street2",
        "handler",
        "handler2",
        "verifier",
    ] {
        people.insert(login, acting(app, login).await?);
    }
    let stories = stories(app, now);
    let mut opened = Vec::with_capacity(stories.len());
    // One after the other, so that the numbers follow the days.
    for (n, story) in stories.iter().enumerate() {
        let cast = cast(&people, n, story)?;
        opened.push(report(app, &cast, story, n).await?);
    }
    let photo = photo()?;
    let courses = opened
        .iter()
        .zip(&stories)
        .enumerate()
        .map(|(n, (case, story))| {
            let (people, photo) = (&people, &photo);
            async move {
                let cast = cast(people, n, story)?;
                course(app, &cast, case, story, photo, now).await
            }
        });
    let done: Vec<()> = stream::iter(courses)
        .buffer_unordered(TOGETHER)
        .try_collect()
        .await?;
    Ok(done.len())
}

/// One case as it is to go.
struct Story {
    at: Timestamp,
    what: (&'static str, &'static str, &'static str),
    point: Point,
    street: String,
    /// Seconds that each step takes.
    pauses: Vec<i64>,
    satisfied: u8,
}

fn stories(app: &App, now: Timestamp) -> Vec<Story> {
    let mut rng = StdRng::seed_from_u64(SEED);
    let index = app.domain.grid.index();
    let mut cells: Vec<_> = index.cells("310101", now).collect();
    cells.sort_by(|a, b| a.division.code.cmp(&b.division.code));
    let mut stories = Vec::new();
    for n in 0..AGO / DAY * A_DAY {
        // The last half hour is left to those who look on.
        let at = now.plus_seconds(-AGO + n * (AGO - DAY / 48) / (AGO / DAY * A_DAY));
        let at = at.plus_seconds(rng.random_range(0..MINUTE * 20));
        let what = STORIES.get(rng.random_range(0..STORIES.len())).copied();
        let cell = cells.get(rng.random_range(0..cells.len().max(1)));
        let (Some(what), Some(cell)) = (what, cell) else {
            break;
        };
        let Some([low, high]) = cell.shape.bounds() else {
            continue;
        };
        let left = rng.random_range(0..LEFT) == 0;
        let steps = if left { rng.random_range(0..6) } else { 9 };
        let pauses = (0..steps)
            .map(|_| rng.random_range(20 * MINUTE..5 * HOUR))
            .collect();
        stories.push(Story {
            at,
            what,
            point: Point {
                lon: f64::midpoint(low[0], high[0]),
                lat: f64::midpoint(low[1], high[1]),
                datum: Datum::Cgcs2000,
            },
            street: cell.division.code.chars().take(9).collect(),
            pauses,
            satisfied: rng.random_range(3..=5),
        });
    }
    stories
}

fn cast<'a>(people: &'a HashMap<&str, Context>, n: usize, story: &Story) -> Result<Cast<'a>> {
    let who = |login: &str| people.get(login).ok_or(Error::NotFound);
    let here = story.street == STREET;
    // Residents report a few; the rest is found on the round.
    let reporter = match (n % 40, here) {
        (7, _) => "resident",
        (23, _) => "resident2",
        (_, true) => "gridworker",
        (_, false) => "gridworker2",
    };
    let (community, street, handler) = match here {
        true => ("community", "street", "handler"),
        false => ("community2", "street2", "handler2"),
    };
    Ok(Cast {
        report: who(reporter)?,
        community: who(community)?,
        street: who(street)?,
        handler: who(handler)?,
        verifier: who("verifier")?,
    })
}

fn when(cx: &Context, at: Timestamp) -> Context {
    Context {
        now: at,
        ..cx.clone()
    }
}

async fn report(app: &App, cast: &Cast<'_>, story: &Story, n: usize) -> Result<Case> {
    let (_, title, words) = story.what;
    let report = Report {
        once: format!("demo-month-{n}"),
        title: title.to_owned(),
        description: format!("{words}（演示数据，纯属虚构）"),
        point: Some(story.point),
        ..Report::default()
    };
    cases::submit(&app.domain, &when(cast.report, story.at), report).await
}

/// Takes a case as far as it has come by now.
async fn course(
    app: &App,
    cast: &Cast<'_>,
    case: &Case,
    story: &Story,
    photo: &[u8],
    now: Timestamp,
) -> Result<()> {
    let domain = &app.domain;
    let list = domain.duty.list();
    let (class, ..) = story.what;
    let lead = &list
        .item(class)
        .ok_or_else(|| Error::bug("an unknown class"))?
        .lead;
    let team = format!("u-{}-{lead}", story.street);
    let steps = [
        (cast.community, Action::File),
        (cast.community, Action::Dispatch),
        (cast.street, Action::Relay),
        (cast.handler, Action::Accept),
        (cast.handler, Action::ReportDone),
        (cast.street, Action::ConfirmUp),
        (cast.community, Action::ConfirmUp),
        (cast.verifier, Action::VerifyPass),
        (cast.report, Action::Rate),
    ];
    let (mut at, mut version) = (story.at, case.course.version);
    for (n, ((cx, action), pause)) in steps.into_iter().zip(&story.pauses).enumerate() {
        at = at.plus_seconds(*pause);
        if at >= now {
            break;
        }
        let cx = when(cx, at);
        let command = Command::new(&case.id, version, action, &format!("demo-{n}-{}", case.id));
        let command = match action {
            Action::File => command.class(class, Urgency::Normal),
            Action::Dispatch => command.to(&format!("u-{}", story.street)),
            Action::Relay => command.to(&team),
            Action::ReportDone => Command {
                files: vec![upload(app, &cx, &case.id, photo).await?],
                ..command.words("已处理完毕。（演示数据）")
            },
            Action::Rate => Command {
                rating: Some(Rating {
                    contacted: true,
                    solved: true,
                    satisfied: story.satisfied,
                }),
                ..command
            },
            _ => command,
        };
        version = cases::act(domain, &cx, command).await?.course.version;
    }
    Ok(())
}

async fn upload(app: &App, cx: &Context, case: &str, photo: &[u8]) -> Result<String> {
    let upload = Upload {
        name: "done.png".to_owned(),
        bytes: photo.to_vec(),
        once: format!("demo-{case}"),
        draft: None,
    };
    Ok(attachments::upload(&app.domain, cx, upload).await?.id)
}

/// A plain picture: what a photo shows would be made up as well.
pub(crate) fn photo() -> Result<Vec<u8>> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let grey = image::RgbImage::from_pixel(32, 24, image::Rgb([176, 184, 190]));
    grey.write_to(&mut bytes, image::ImageFormat::Png)
        .map_err(Error::internal)?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Config, demo, integrity};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_month_is_told_once_and_verifies() {
        let at = tempfile::tempdir().unwrap();
        let config = Config::local(Kind::Demo, at.path().join("demo"), 0);
        let app = App::open(config).await.unwrap();
        demo::prepare(&app).await.unwrap();
        let cases = month(&app).await.unwrap();
        assert_eq!(cases as i64, AGO / DAY * A_DAY);
        assert_eq!(month(&app).await.unwrap(), 0, "it was told twice");
        let data = &app.config.data;
        let sealed = data.join(checkpoints::FOLDER);
        let cx = app.domain.system("test");
        checkpoints::add(&app.domain, &cx, &sealed).await.unwrap();
        let domain = &app.domain;
        let verdict = integrity::verify(&domain.database, &domain.keys, data, &sealed).await;
        let verdict = verdict.unwrap();
        assert_eq!(verdict.findings, []);
        assert_eq!((verdict.cases as usize, verdict.checkpoints), (cases, 1));
        assert!(verdict.events > 1_500, "{verdict:?}");
        // Some are closed, and some are somewhere on their way.
        let community = acting(&app, "community2").await.unwrap();
        let counts = crate::cases::queues::counts(domain, &community)
            .await
            .unwrap();
        assert!(counts.iter().any(|it| it.cases > 0), "{counts:?}");
    }
}
