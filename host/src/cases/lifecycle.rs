//! The engine: one pure function that takes a case from one version to the next, by the tables of
//! `procedures`. No IO and no clock: `now` and every due time come in with the input, so that a
//! log of inputs, replayed, gives the row.

use serde::{Deserialize, Serialize};

use super::{
    model::{Action, Clock, Course, Deadline, Hop, Procedure, Rating, State, Urgency, Who},
    procedures::{Effect, Guard, Rule, To},
    routing,
};
use crate::time::Timestamp;

/// How often a reporter may be asked.
pub const MOST_QUESTIONS: u32 = 3;

/// What the duty list says about a class, as far as the engine needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// The class.
    pub class: String,
    /// By which table its cases move.
    #[serde(default)]
    pub procedure: Procedure,
    /// The unit that answers for it here.
    pub lead: Option<String>,
    /// 上收: never held below this level.
    pub lowest: crate::identity::Level,
    /// Whether a community may do it by itself.
    pub basic: bool,
    /// How many photos prove that it is done.
    pub evidence: u32,
}

/// Somebody a visit is given to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointee {
    /// Their account.
    pub account: String,
    /// The unit of the post that covers the place.
    pub unit: Hop,
}

/// When each clock would run out if it were started now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dues {
    /// Submitted to filed.
    pub triage: Timestamp,
    /// Asked to answered.
    pub supply: Timestamp,
    /// Filed to sent on.
    pub dispatch: Timestamp,
    /// Sent to taken on; a visit: planned to given to somebody.
    pub accept: Timestamp,
    /// Filed to resolved; a visit: planned to made.
    pub resolve: Timestamp,
    /// Each confirmation; a visit: made or missed to looked at.
    pub confirm: Timestamp,
    /// Resolved to rated.
    pub rate: Timestamp,
    /// From one escalation to the next.
    pub again: Timestamp,
}

impl Dues {
    const fn of(&self, clock: Clock) -> Timestamp {
        match clock {
            Clock::Triage => self.triage,
            Clock::Supply => self.supply,
            Clock::Dispatch => self.dispatch,
            Clock::Accept | Clock::Assign => self.accept,
            Clock::Resolve | Clock::Perform => self.resolve,
            Clock::Confirm | Clock::Review => self.confirm,
            Clock::Rate => self.rate,
        }
    }
}

/// What somebody does to a case, with everything the rules ask about. Holds no personal value: it
/// is kept in the event log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// What.
    pub action: Action,
    /// Who the actor is to this case.
    pub who: Vec<Who>,
    /// The actor's account.
    pub actor: Option<String>,
    /// The unit of the post acted from.
    pub unit: Option<Hop>,
    /// Where to: the first desk, the unit it is sent to, the desk above.
    pub target: Option<Hop>,
    /// Whom a visit is given to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointee: Option<Appointee>,
    /// The incident that was found, or the visit that it was found on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The duty item of the class, chosen or kept.
    pub duty: Option<Duty>,
    /// How soon, as chosen.
    pub urgency: Option<Urgency>,
    /// Whether the reporter says that lives are at risk.
    pub danger: bool,
    /// Whether words were given.
    pub reason: bool,
    /// How many files were given.
    pub files: u32,
    /// The three answers.
    pub rating: Option<Rating>,
    /// The clock that ran out, for an escalation.
    pub clock: Option<Clock>,
    /// When.
    pub now: Timestamp,
    /// When the clocks would run out.
    pub dues: Dues,
}

/// Why an action is refused. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not in this state.
    State,
    /// Not by this actor.
    Actor,
    /// Words are missing.
    Reason,
    /// A class is missing, or it has no lead unit here.
    Class,
    /// Photos are missing.
    Evidence,
    /// The reporter has been asked often enough.
    Asked,
    /// The unit may not do this by itself.
    Basic,
    /// The target is missing, or too far up or down.
    Target,
    /// 上收: the item must not fall so low.
    TooLow,
    /// There is no desk above.
    Top,
    /// Lives are at risk: it cannot be taken back.
    Danger,
    /// The answers are missing, or out of range.
    Rating,
    /// Nobody is named whose post covers the place.
    Appointee,
    /// It is their own work.
    Own,
}

/// A case that does not exist yet.
pub const fn unborn() -> Course {
    Course {
        procedure: Procedure::Incident,
        state: State::Submitted,
        class: None,
        urgency: Urgency::Normal,
        holder: None,
        handler: None,
        lead: None,
        trail: Vec::new(),
        climbed: 0,
        worker: None,
        overseer: None,
        workers: Vec::new(),
        asked: 0,
        escalations: 0,
        danger: false,
        rating: None,
        version: 0,
    }
}

/// Takes the case one version further, or says why not.
pub fn step(
    course: &Course,
    deadlines: &[Deadline],
    input: &Input,
) -> Result<(Course, Vec<Deadline>), Refusal> {
    let mut course = course.clone();
    let rule = if course.version == 0 {
        let (procedure, rule) = Procedure::opening(input.action).ok_or(Refusal::State)?;
        course.procedure = procedure;
        rule
    } else {
        let rule = course.procedure.rule(input.action, course.state);
        rule.ok_or(Refusal::State)?
    };
    if !rule.who.iter().any(|who| input.who.contains(who)) {
        return Err(Refusal::Actor);
    }
    for guard in rule.guards {
        holds(*guard, &course, input)?;
    }
    let mut next = Draft {
        course,
        deadlines: deadlines.to_vec(),
    };
    for effect in rule.effects {
        next.apply(*effect, input)?;
    }
    next.enter(rule);
    if input.action == Action::Escalate {
        next.rearm(input);
    }
    next.course.version += 1;
    Ok((next.course, next.deadlines))
}

fn holds(guard: Guard, course: &Course, input: &Input) -> Result<(), Refusal> {
    let fine = |ok: bool, refusal| if ok { Ok(()) } else { Err(refusal) };
    match guard {
        Guard::Class => fine(
            input
                .duty
                .as_ref()
                .is_some_and(|it| it.lead.is_some() && it.procedure == course.procedure),
            Refusal::Class,
        ),
        Guard::Reason => fine(input.reason, Refusal::Reason),
        Guard::Evidence => {
            let needed = input.duty.as_ref().map_or(0, |it| it.evidence);
            fine(input.files >= needed, Refusal::Evidence)
        }
        Guard::AskedBound => fine(course.asked < MOST_QUESTIONS, Refusal::Asked),
        Guard::Basic => {
            let basic = input.duty.as_ref().is_some_and(|it| it.basic);
            let low = course
                .holder
                .as_ref()
                .is_some_and(|it| input.duty.as_ref().is_some_and(|d| it.level >= d.lowest));
            fine(basic && low, Refusal::Basic)
        }
        Guard::Target => routing::may_send(course, input),
        Guard::Above => fine(
            match (&course.holder, &input.target) {
                (Some(holder), Some(above)) => above.level > holder.level,
                _ => false,
            },
            Refusal::Top,
        ),
        Guard::NoDanger => fine(!course.danger, Refusal::Danger),
        Guard::Appointee => {
            let it = input.appointee.as_ref().ok_or(Refusal::Appointee)?;
            let duty = input.duty.as_ref();
            fine(
                duty.is_none_or(|duty| it.unit.level >= duty.lowest),
                Refusal::TooLow,
            )
        }
        Guard::Another => fine(
            course.handler.is_none() || course.handler != input.actor,
            Refusal::Own,
        ),
        Guard::Rating => fine(
            input
                .rating
                .is_some_and(|it| (1..=5).contains(&it.satisfied)),
            Refusal::Rating,
        ),
    }
}

/// Notes that the worker's unit has worked on it.
fn worked(course: &mut Course) {
    if let Some(hop) = &course.worker
        && !course.workers.contains(&hop.unit)
    {
        course.workers.push(hop.unit.clone());
    }
}

struct Draft {
    course: Course,
    deadlines: Vec<Deadline>,
}

impl Draft {
    fn apply(&mut self, effect: Effect, input: &Input) -> Result<(), Refusal> {
        let course = &mut self.course;
        match effect {
            Effect::Receive => {
                course.holder = Some(input.target.clone().ok_or(Refusal::Target)?);
                course.class = input.duty.as_ref().map(|it| it.class.clone());
                course.urgency = input.urgency.unwrap_or(Urgency::Normal);
                course.danger = input.danger;
            }
            Effect::Classify => {
                let duty = input.duty.as_ref().ok_or(Refusal::Class)?;
                course.class = Some(duty.class.clone());
                course.lead.clone_from(&duty.lead);
                course.urgency = input.urgency.unwrap_or(course.urgency);
            }
            Effect::Push => {
                course.trail.extend(course.holder.take());
                course.holder.clone_from(&input.target);
                course.handler = None;
            }
            Effect::Rise => {
                let above = input.target.clone().ok_or(Refusal::Top)?;
                course.trail.retain(|hop| hop.level > above.level);
                course.holder = Some(above);
                course.handler = None;
                course.worker = None;
            }
            Effect::TakeOn => {
                course.handler.clone_from(&input.actor);
                course.worker.clone_from(&course.holder);
                worked(course);
            }
            Effect::Appoint => {
                let it = input.appointee.clone().ok_or(Refusal::Appointee)?;
                course.handler = Some(it.account);
                course.worker = Some(it.unit);
                worked(course);
            }
            Effect::Lift => {
                if input.target.is_some() {
                    course.holder.clone_from(&input.target);
                }
                course.handler = None;
                course.worker = None;
            }
            Effect::Asked => course.asked += 1,
            Effect::ClimbTrail => {
                if course.state == State::Feedback {
                    course.climbed += 1;
                }
                if let Some(hop) = routing::next_hop(course) {
                    course.holder = Some(hop.clone());
                }
            }
            Effect::Return => {
                course.climbed = 0;
                course.holder.clone_from(&course.worker);
            }
            Effect::Rate => course.rating = input.rating,
            Effect::Oversee => {
                course.escalations += 1;
                if input.target.is_some() {
                    course.overseer.clone_from(&input.target);
                }
            }
            Effect::Start(clock) => self.start(clock, input),
            Effect::Stop(clock) => self.deadlines.retain(|it| it.clock != clock),
            Effect::Pause(clock) => self.pause(clock, input.now),
            Effect::Resume(clock) => self.resume(clock, input.now),
            Effect::End => {
                course.holder = None;
                course.overseer = None;
                self.deadlines.clear();
            }
        }
        Ok(())
    }

    fn enter(&mut self, rule: &Rule) {
        self.course.state = match rule.to {
            To::Same => self.course.state,
            To::State(state) => state,
            To::Climb if routing::next_hop(&self.course).is_some() => State::Feedback,
            To::Climb => State::Verifying,
        };
    }

    /// A running clock is never reset: starting it again changes nothing.
    fn start(&mut self, clock: Clock, input: &Input) {
        if self.deadlines.iter().all(|it| it.clock != clock) {
            self.deadlines.push(Deadline {
                clock,
                due: input.dues.of(clock),
                paused: None,
            });
        }
    }

    fn pause(&mut self, clock: Clock, now: Timestamp) {
        for it in self.deadlines.iter_mut().filter(|it| it.clock == clock) {
            it.paused = it.paused.or(Some(now));
        }
    }

    fn resume(&mut self, clock: Clock, now: Timestamp) {
        for it in self.deadlines.iter_mut().filter(|it| it.clock == clock) {
            if let Some(since) = it.paused.take() {
                let stood = now.micros().saturating_sub(since.micros());
                it.due = Timestamp::from_micros(it.due.micros().saturating_add(stood));
            }
        }
    }

    /// The clock that ran out runs on, to tell the next desk up if nothing happens.
    fn rearm(&mut self, input: &Input) {
        for it in &mut self.deadlines {
            if Some(it.clock) == input.clock {
                it.due = input.dues.again;
            }
        }
    }
}
