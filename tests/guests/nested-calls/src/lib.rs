//! Three functions call each other through a table, each time through another.

use onedoor_sdk::{Block, Outcome, Portal, Result, Route, Submission, Text, View, register};

struct Guest;
register!(Guest: portal);

impl Portal for Guest {
    fn render(at: Route) -> Result<View> {
        if at.page == "attack" {
            attack()?;
        }
        Ok(View {
            title: Text::raw("well"),
            back: None,
            blocks: vec![Block::Text(Text::raw("well"))],
        })
    }

    fn submit(at: Route, _: Submission) -> Result<Outcome> {
        Ok(Outcome::Go(at))
    }

    fn act(at: Route, _: String, _: String) -> Result<Outcome> {
        Ok(Outcome::Go(at))
    }
}

type Step = fn(u64) -> u64;

static STEPS: [Step; 3] = [one, two, three];

fn step(n: u64) -> Step {
    STEPS[std::hint::black_box(n) as usize % STEPS.len()]
}

#[inline(never)]
fn one(n: u64) -> u64 {
    std::hint::black_box(step(n + 1)(n + 1)) + 1
}

#[inline(never)]
fn two(n: u64) -> u64 {
    std::hint::black_box(step(n + 2)(n + 2)) ^ n
}

#[inline(never)]
fn three(n: u64) -> u64 {
    std::hint::black_box(step(n + 3)(n + 3)) * 3
}

fn attack() -> Result<()> {
    std::hint::black_box(one(0));
    Ok(())
}
