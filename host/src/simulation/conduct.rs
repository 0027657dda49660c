//! Who looks at a case, and what they do of what they are offered. What is offered comes from the
//! same list that a person's screen shows; nothing here knows a rule of a procedure.

use rand::RngExt as _;
use rand_pcg::Pcg64Mcg;

use super::{
    dice::{any, percent, shuffled, weighted},
    people::{People, is_desk},
    reports::MADE_UP,
};
use crate::{
    cases::{
        duty::DutyList,
        model::{Action, Case, CoState, Procedure, Rating, State, Urgency},
        operations::Command,
        views::{Choice, Need},
    },
    context::{Context, Locale},
    db::{
        self,
        cases::{Filter, Order},
        units::Unit,
    },
    domain::Domain,
    error::Result,
    identity::{Level, Role},
    time::Timestamp,
};

const DAY: i64 = 24 * 3600;
/// How many people look at a case at one time.
const EYES: usize = 6;

/// Those who look at a case as it stands, whoever has to move first mostly first.
pub fn lookers(people: &People, case: &Case, dice: &mut Pcg64Mcg) -> Vec<Context> {
    let course = &case.course;
    let mut found: Vec<(u32, Context)> = Vec::new();
    let mut add = |weight: u32, who: &mut dyn Iterator<Item = &Context>| {
        found.extend(who.map(|it| (weight, it.clone())));
    };
    if let Some(holder) = &course.holder {
        add(50, &mut people.of(&holder.unit, Role::Dispatcher));
        add(50, &mut people.of(&holder.unit, Role::Handler));
    }
    for part in course.co_tasks.iter().filter(|it| it.state.open()) {
        add(60, &mut people.of(&part.unit, Role::Handler));
    }
    if let Some(proposal) = course.proposal.as_ref().filter(|it| !it.agreed) {
        add(60, &mut people.of(&proposal.unit.unit, Role::Handler));
    }
    if let Some(sender) = course.trail.last() {
        let weight = if course.state == State::Disputed {
            20
        } else {
            1
        };
        add(weight, &mut people.of(&sender.unit, Role::Dispatcher));
    }
    if let Some(body) = &course.joint {
        add(30, &mut people.of(&body.body, Role::Dispatcher));
    }
    for raiser in &course.raisers {
        add(1, &mut people.of(raiser, Role::Dispatcher));
    }
    let here = |role| people.covering(role, &case.division);
    match course.state {
        State::Verifying => add(40, &mut here(Role::Verifier)),
        State::Resolved => add(4, &mut here(Role::Verifier)),
        State::Disputed => add(30, &mut here(Role::DutyKeeper)),
        State::Planned => add(20, &mut here(Role::GridWorker)),
        State::Submitted => add(2, &mut here(Role::GridWorker)),
        _ => {}
    }
    let awaited = course.suspend_until.is_some()
        || course.unable
        || course
            .co_tasks
            .iter()
            .any(|it| it.state == CoState::Refused)
        || matches!(course.state, State::Done | State::Missed);
    add(if awaited { 40 } else { 1 }, &mut here(Role::Supervisor));
    if course.urgency == Urgency::Emergency {
        add(1, &mut people.covering(Role::Dispatcher, &case.division));
    }
    found.extend(outsiders(people, case));
    let mut order = shuffled(dice, found);
    order.truncate(EYES);
    order
}

/// The reporter, the other party, and whoever has been given it.
fn outsiders(people: &People, case: &Case) -> Vec<(u32, Context)> {
    let course = &case.course;
    let theirs = match course.state {
        State::NeedInfo | State::Resolved | State::Answered | State::Delivered => 90,
        State::Closed | State::Declined | State::InMediation => 60,
        _ => 3,
    };
    let mut found = Vec::new();
    match (&case.reporter, &case.phone_hash) {
        (Some(account), _) => found.push((theirs, people.account(account))),
        (None, Some(hash)) => found.push((theirs, people.phone(hash))),
        (None, None) => {}
    }
    if let Some(hash) = &case.party_hash {
        let theirs = match course.state {
            State::Submitted | State::InMediation => 60,
            _ => 2,
        };
        found.push((theirs, people.phone(hash)));
    }
    if let Some(account) = &course.handler {
        found.push((60, people.account(account)));
    }
    found
}

/// How readily somebody does a thing that they are offered; 0: never.
fn readiness(case: &Case, action: Action) -> u32 {
    use Action as A;
    let course = &case.course;
    let overseen = course.oversight.is_some();
    match action {
        // The host's own.
        A::Lapse | A::Follow | A::Escalate | A::Expire | A::Miss => 0,
        A::Submit | A::Plan | A::Apply | A::Suggest | A::AskMediation => 0,
        A::Comment | A::Attach => 1,
        A::Withdraw | A::Oversee | A::Cancel => 2,
        A::Convene if course.danger => 30,
        A::Convene => 1,
        A::Emergency if course.urgency == Urgency::Emergency => 40,
        A::Emergency => 0,
        A::Raise if course.procedure == Procedure::Mediation => 30,
        A::Merge | A::Raise | A::Decline | A::AskSuspend | A::ReportUnable => 4,
        A::Reassign | A::Split => 4,
        A::Propose if course.state == State::Disputed && course.proposal.is_none() => 40,
        A::Propose => 2,
        A::AskInfo | A::Return | A::Rework | A::AskCo | A::VerifyFail => 7,
        A::Reopen if course.state == State::Resolved => 7,
        A::RefuseCo | A::NotMet | A::SpotFail | A::Fail | A::Refuse | A::Find => 12,
        A::WaiveCo
            if course
                .co_tasks
                .iter()
                .any(|it| it.state == CoState::Refused) =>
        {
            60
        }
        A::WaiveCo => 2,
        A::Resume | A::SelfHandle | A::RefuseSuspend | A::FinishTrivial | A::Contest => 25,
        A::AnswerOversight if overseen => 90,
        _ => 70,
    }
}

/// One of what somebody is offered, with all that it needs to be told; none when they leave it.
/// `once` is the key of the act, and names the files that it brings.
pub async fn deed(
    domain: &Domain,
    people: &People,
    cx: &Context,
    case: &Case,
    choices: Vec<Choice>,
    once: &str,
    dice: &mut Pcg64Mcg,
) -> Result<Option<Deed>> {
    let weighed = choices
        .into_iter()
        .map(|it| (readiness(case, it.action), it))
        .collect();
    for choice in shuffled(dice, weighed) {
        let mut deed = Deed {
            command: Command::new(&case.id, case.course.version, choice.action, once),
            photos: 0,
        };
        let duty = domain.duty.list();
        let all = Telling {
            domain,
            people,
            cx,
            case,
            duty: &duty,
            choice: &choice,
        };
        let mut whole = true;
        for need in &choice.needs {
            whole &= all.tell(*need, &mut deed, dice).await?;
        }
        if whole {
            return Ok(Some(deed));
        }
    }
    Ok(None)
}

/// What somebody is about to do.
pub struct Deed {
    /// The act, without the files.
    pub command: Command,
    /// How many photos it brings.
    pub photos: u32,
}

struct Telling<'a> {
    domain: &'a Domain,
    people: &'a People,
    cx: &'a Context,
    case: &'a Case,
    duty: &'a DutyList,
    choice: &'a Choice,
}

impl Telling<'_> {
    /// Adds what an act needs to be told; whether there is such a thing.
    async fn tell(&self, need: Need, deed: &mut Deed, dice: &mut Pcg64Mcg) -> Result<bool> {
        let (case, command) = (self.case, &mut deed.command);
        match need {
            Need::Words => {
                let what = self.choice.action.name();
                command.words = Some(format!("{what}：已按职责办理。{MADE_UP}"));
            }
            Need::Basis => {
                let item = case.course.class.as_ref().and_then(|it| self.duty.item(it));
                let basis = item.map(|it| it.basis.clone());
                command.basis = Some(basis.unwrap_or_else(|| "权责清单".to_owned()));
            }
            Need::Class => {
                command.class = self.class();
                command.urgency = Some(match self.choice.action {
                    Action::Emergency => Urgency::Emergency,
                    _ => case.course.urgency,
                });
                return Ok(command.class.is_some());
            }
            Need::Files => {
                let class = case.course.class.clone().or_else(|| self.class());
                let item = class.and_then(|it| self.duty.item(&it));
                deed.photos = match self.choice.action {
                    Action::FinishTrivial => 2,
                    _ => item.map_or(1, |it| it.evidence.max(1)),
                };
            }
            Need::Target => {
                command.target = self.target(dice).map(|it| it.id.clone());
                command.required = percent(dice, 50);
                // A joint case may keep its lead.
                return Ok(command.target.is_some() || self.choice.action == Action::Convene);
            }
            Need::Person => {
                let mut people: Vec<_> = self.choice.people.iter().collect();
                people.sort_by(|a, b| (&a.name, &a.account).cmp(&(&b.name, &b.account)));
                // Of the simulated city: those who sign in by themselves are left alone.
                people.retain(|it| self.people.account(&it.account).posts().next().is_some());
                command.person = any(dice, &people).map(|it| it.account.clone());
                return Ok(command.person.is_some());
            }
            Need::Rating => command.rating = Some(rating(dice)),
            Need::Until => command.until = Some(self.until(dice)),
            Need::Other => {
                command.other = self.other(dice).await?;
                return Ok(command.other.is_some());
            }
        }
        Ok(true)
    }

    /// The class that the matter is of: its title says so.
    fn class(&self) -> Option<String> {
        let named = |it: &&crate::cases::duty::DutyItem| {
            it.name(Locale::Chinese) == self.case.title && it.procedure == Procedure::Incident
        };
        let course = &self.case.course;
        let found = self.duty.items().find(named).map(|it| it.code.clone());
        found.or_else(|| {
            let item = course.class.as_ref().and_then(|it| self.duty.item(it));
            item.filter(|it| it.procedure == course.procedure)
                .map(|it| it.code.clone())
        })
    }

    /// Towards the unit that answers for it; sometimes, by mistake, to another.
    fn target(&self, dice: &mut Pcg64Mcg) -> Option<&Unit> {
        let course = &self.case.course;
        let mut units: Vec<&Unit> = self.choice.targets.iter().collect();
        units.retain(|it| self.people.works(&it.id));
        units.sort_by(|a, b| a.id.cmp(&b.id));
        let lead = units.iter().find(|it| course.lead.as_ref() == Some(&it.id));
        let others: Vec<&Unit> = units.iter().copied().filter(|it| !is_desk(it)).collect();
        match self.choice.action {
            Action::AskCo | Action::WaiveCo | Action::Propose => any(dice, &others).copied(),
            _ if lead.is_some() && (others.is_empty() || percent(dice, 88)) => lead.copied(),
            _ if lead.is_some() => any(dice, &others).copied(),
            // Up, if it must go up; else to any desk on the way.
            _ => {
                let desks = units.iter().filter(|it| is_desk(it));
                let desk = desks.max_by_key(|it| it.level().map_or(0, Level::number));
                desk.or_else(|| any(dice, &units)).copied()
            }
        }
    }

    fn until(&self, dice: &mut Pcg64Mcg) -> Timestamp {
        let days = match self.choice.action {
            Action::AskSuspend => 3..30,
            _ => 1..4,
        };
        self.cx.now.plus_seconds(dice.random_range(days) * DAY)
    }

    /// The number of another open case about the same thing nearby.
    async fn other(&self, dice: &mut Pcg64Mcg) -> Result<Option<String>> {
        let case = self.case;
        let Some(community) = case.division.get(..12) else {
            return Ok(None);
        };
        let open = |it: &&State| {
            !it.ended() && !matches!(it, State::Merged | State::Resolved | State::NeedInfo)
        };
        let filter = Filter {
            divisions: Some(vec![community.to_owned()]),
            procedures: Some(vec![case.course.procedure]),
            states: Some(State::ALL.iter().filter(open).copied().collect()),
            ..Filter::default()
        };
        let mut c = self.domain.database.read().await?;
        let mut near = db::cases::list(&mut c, &filter, Order::Newest, None, 50).await?;
        near.retain(|it| it.title == case.title && it.id != case.id);
        near.sort_by(|a, b| a.number.cmp(&b.number));
        Ok(any(dice, &near).map(|it| it.number.clone()))
    }
}

fn rating(dice: &mut Pcg64Mcg) -> Rating {
    let often = [(50, 5), (25, 4), (12, 3), (8, 2), (5, 1)];
    let satisfied = weighted(dice, often).unwrap_or(3);
    Rating {
        contacted: percent(dice, 90),
        solved: percent(dice, if satisfied > 2 { 95 } else { 40 }),
        satisfied,
    }
}
