//! Many people and two schedulers at once, on both databases: whatever they try, in whatever order
//! it is written, the invariants hold of every row, and the log alone gives it. What they do is
//! drawn from a fixed seed; which of them is first is not.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::atomic::{AtomicI64, Ordering},
};

use super::{
    course_tests::{HOUR, World},
    model::{Action, Case, Rating, State, Urgency},
    operations::{Command, act},
    scheduler,
    views::{self, Choice, Need},
};
use crate::{context::Context, db::testing::both::both, error::Error, time::Timestamp};

const PEOPLE: [&str; 12] = [
    "resident",
    "community",
    "community2",
    "street",
    "district",
    "handler",
    "gardener",
    "verifier",
    "supervisor",
    "supervisor2",
    "keeper",
    "convener",
];
const CASES: usize = 8;
const TRIES: u64 = 60;

/// What is drawn for one person, one after the other.
struct Draws {
    of: usize,
    count: u64,
}

impl Draws {
    fn below(&mut self, end: usize) -> usize {
        let mut hasher = DefaultHasher::new();
        (self.of, self.count, "crowd").hash(&mut hasher);
        self.count += 1;
        usize::try_from(hasher.finish() % end as u64).unwrap()
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        match all.len() {
            0 => None,
            some => all.get(self.below(some)),
        }
    }
}

/// A command for what somebody is offered, mostly with what it needs.
fn command(
    world: &World,
    case: &Case,
    choice: &Choice,
    draws: &mut Draws,
    now: Timestamp,
) -> Command {
    let mut command = Command::new(&case.id, case.course.version, choice.action, &world.once());
    for need in &choice.needs {
        if draws.below(12) == 0 {
            continue;
        }
        match need {
            Need::Words => command.words = Some("事由".to_owned()),
            Need::Basis => command.basis = Some("《城市照明管理规定》".to_owned()),
            Need::Class => {
                let class = draws.of(&["E0504", "E0101", "E0303"]).unwrap();
                let urgency = draws.of(Urgency::ALL).unwrap();
                command = command.class(class, *urgency);
            }
            Need::Target => command.target = draws.of(&choice.targets).map(|it| it.id.clone()),
            Need::Until => {
                command.until = Some(now.plus_seconds(HOUR * (1 + draws.below(99) as i64)))
            }
            Need::Rating => {
                command.rating = Some(Rating {
                    contacted: true,
                    solved: true,
                    satisfied: 3,
                });
            }
            // Photos are of other tests; a case to follow is named below.
            Need::Files | Need::Person | Need::Other => {}
        }
    }
    command.required = draws.below(2) == 0;
    command
}

fn at(world: &World, name: &str, now: Timestamp) -> Context {
    Context {
        now,
        ..world.who(name)
    }
}

/// One person who takes up what they are offered; how much was done.
async fn works(world: &World, cases: &[Case], clock: &AtomicI64, me: usize) -> usize {
    let mut draws = Draws { of: me, count: 0 };
    let mut done = 0;
    for _ in 0..TRIES {
        let minutes = i64::try_from(draws.below(90)).unwrap();
        let now = clock.fetch_add(minutes * 60_000_000, Ordering::SeqCst);
        let cx = at(world, PEOPLE[me], Timestamp::from_micros(now));
        let case = world.row(draws.of(cases).unwrap()).await;
        let offered = views::choices(&world.domain, &cx, &case).await.unwrap();
        // Taking it back at once would leave little to do.
        let offered: Vec<_> = offered
            .into_iter()
            .filter(|it| it.action != Action::Withdraw)
            .collect();
        let Some(choice) = draws.of(&offered) else {
            continue;
        };
        let mut command = command(world, &case, choice, &mut draws, cx.now);
        if choice.needs.contains(&Need::Other) {
            command.other = Some(draws.of(cases).unwrap().number.clone());
        }
        match act(&world.domain, &cx, command).await {
            Ok(_) => done += 1,
            Err(Error::Internal(error)) => panic!("{} {:?}: {error:?}", PEOPLE[me], choice.action),
            Err(_) => {}
        }
    }
    done
}

/// A scheduler, while the others work.
async fn rings(world: &World, clock: &AtomicI64) {
    for _ in 0..TRIES {
        let now = Timestamp::from_micros(clock.load(Ordering::SeqCst));
        let cx = Context::system("deadlines", "turn".to_owned(), now);
        match scheduler::turn(&world.domain, &cx).await {
            Ok(_) | Err(Error::Conflict(_)) => {}
            Err(error) => panic!("the scheduler: {error:?}"),
        }
        tokio::task::yield_now().await;
    }
}

/// What must hold of the row, besides what the engine's own tests ask.
fn sound(case: &Case, now: Timestamp) {
    let course = &case.course;
    assert_eq!(course.holder.is_none(), course.state.ended(), "{course:?}");
    let before = [State::Submitted, State::NeedInfo, State::Merged];
    if !course.state.ended() && !before.contains(&course.state) {
        assert!(course.lead.is_some(), "{course:?}");
    }
    let live = case.deadlines.iter().any(|it| !it.clock.is_window());
    assert!(course.state.ended() || live, "{case:?}");
    let late = case
        .deadlines
        .iter()
        .find(|it| it.paused.is_none() && it.due <= now);
    assert!(late.is_none(), "{late:?} of {course:?}");
}

both! {
    async fn a_crowd_and_two_schedulers_break_nothing(database) {
        let mut world = World::new(database).await;
        let mut cases = Vec::new();
        for _ in 0..CASES {
            cases.push(world.submitted().await);
        }
        let clock = AtomicI64::new(world.now.micros());
        let people = (0..PEOPLE.len()).map(|me| works(&world, &cases, &clock, me));
        let (done, (), ()) = tokio::join!(
            futures_util::future::join_all(people),
            rings(&world, &clock),
            rings(&world, &clock),
        );
        assert!(done.iter().sum::<usize>() > 5 * CASES, "{done:?}");
        // Whatever has passed is worked once the clock stands still.
        world.now = Timestamp::from_micros(clock.load(Ordering::SeqCst)).plus_seconds(400 * 24 * HOUR);
        for _ in 0..1000 {
            if world.ring().await == 0 {
                break;
            }
        }
        for case in &cases {
            world.proves(case).await;
            sound(&world.row(case).await, world.now);
        }
    }
}
