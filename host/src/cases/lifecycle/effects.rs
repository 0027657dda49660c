//! What an action changes besides the state: one answer for each effect of the tables.

use super::{Input, Refusal, guards::part_of};
use crate::{
    cases::{
        model::{
            Action, Clock, CoState, CoTask, Course, Deadline, Hop, Joint, Merged, Oversight,
            Proposal, State, Urgency, Who,
        },
        procedures::{Effect, Rule, To},
        routing,
    },
    time::Timestamp,
};

/// A case on its way from one version to the next.
pub(super) struct Draft {
    pub(super) course: Course,
    pub(super) deadlines: Vec<Deadline>,
}

impl Draft {
    pub(super) fn apply(&mut self, effect: Effect, input: &Input) -> Result<(), Refusal> {
        match effect {
            Effect::Start(clock) => self.start(clock, input),
            Effect::Stop(clock) => self.stop(clock),
            Effect::Pause(clock) => self.pause(clock, input.now),
            Effect::Resume(clock) => self.resume(clock, input.now),
            Effect::Park(clock) => self.park(|it| it.clock == clock),
            Effect::ParkAll => self.park(|it| it.clock != Clock::Oversight),
            Effect::Unpark => self.unpark(),
            Effect::Breach => self.breach(input),
            Effect::RunOut => self.deadlines.retain(|it| !rang(it, input)),
            Effect::Oversee => self.oversee(input),
            Effect::Demand => self.demand(input),
            Effect::Release => self.release(input),
            Effect::AskPart => self.ask_part(input)?,
            Effect::AskRequired => self.ask_required(input),
            Effect::SetPart(state) => self.set_part(state, input),
            Effect::WaiveParts => self.waive_parts(),
            Effect::Followed => self.course.parked.retain(|it| it.clock == Clock::Resolve),
            Effect::End => self.end(),
            Effect::Receive
            | Effect::Classify
            | Effect::Lodge
            | Effect::Push
            | Effect::Rise
            | Effect::TakeOn
            | Effect::Appoint
            | Effect::Lift
            | Effect::ClimbTrail
            | Effect::Return
            | Effect::Redirect
            | Effect::Reopen
            | Effect::Skip => self.course.pass(effect, input)?,
            _ => self.course.note(effect, input)?,
        }
        Ok(())
    }

    pub(super) fn enter(&mut self, rule: &Rule) {
        self.course.state = match rule.to {
            To::Same => self.course.state,
            To::State(state) => state,
            To::Climb if routing::next_hop(&self.course).is_some() => State::Feedback,
            To::Climb => State::Verifying,
            To::Before => self
                .course
                .merged
                .take()
                .map_or(State::Submitted, |it| it.from),
            To::BothSign if self.course.signed.reporter && self.course.signed.party => {
                self.end();
                State::Agreed
            }
            To::BothSign => self.course.state,
        };
    }

    /// A clock that runs, was missed or is out of force is never reset: starting it again changes
    /// nothing.
    fn start(&mut self, clock: Clock, input: &Input) {
        let known = self.deadlines.iter();
        let mut known = known
            .chain(&self.course.breached)
            .chain(&self.course.parked);
        if known.any(|it| it.clock == clock) {
            return;
        }
        let due = match clock {
            Clock::Suspend => self.course.suspend_until,
            Clock::Oversight => input.until,
            _ => None,
        };
        self.deadlines.push(Deadline {
            clock,
            part: String::new(),
            due: due.unwrap_or_else(|| input.dues.of(clock)),
            paused: None,
        });
    }

    fn stop(&mut self, clock: Clock) {
        self.deadlines.retain(|it| it.clock != clock);
        self.course.breached.retain(|it| it.clock != clock);
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

    fn park(&mut self, which: impl Fn(&Deadline) -> bool) {
        let running = self.deadlines.extract_if(.., |it| which(it));
        self.course.parked.extend(running);
        let missed = self.course.breached.extract_if(.., |it| which(it));
        self.course.parked.extend(missed);
    }

    fn unpark(&mut self) {
        self.deadlines.append(&mut self.course.parked);
    }

    /// The supervision that a missed deadline opens has a clock of its own, which climbs on.
    fn breach(&mut self, input: &Input) {
        if input.clock == Some(Clock::Oversight) {
            for it in self.deadlines.iter_mut().filter(|it| rang(it, input)) {
                it.due = input.dues.again;
            }
            return;
        }
        let missed = self.deadlines.extract_if(.., |it| rang(it, input));
        self.course.breached.extend(missed);
    }

    fn oversee(&mut self, input: &Input) {
        let course = &mut self.course;
        course.escalations += 1;
        if input.target.is_some() {
            course.overseer.clone_from(&input.target);
        }
        let by = course.overseer.as_ref().map(|it| it.unit.clone());
        match &mut course.oversight {
            Some(open) => open.by = by,
            none => {
                *none = Some(Oversight {
                    by,
                    since: input.now,
                });
            }
        }
        self.start(Clock::Oversight, input);
    }

    fn demand(&mut self, input: &Input) {
        let course = &mut self.course;
        let higher = |own: &Hop| {
            course
                .overseer
                .as_ref()
                .is_none_or(|it| own.level >= it.level)
        };
        if input.unit.as_ref().is_some_and(higher) {
            course.overseer.clone_from(&input.unit);
        }
        course.oversight = Some(Oversight {
            by: course.overseer.as_ref().map(|it| it.unit.clone()),
            since: input.now,
        });
        self.start(Clock::Oversight, input);
    }

    /// What was missed and is still to be done rings again, if nothing happens.
    fn release(&mut self, input: &Input) {
        self.course.oversight = None;
        let again = input.dues.again;
        let missed = self.course.breached.drain(..);
        self.deadlines
            .extend(missed.map(|it| Deadline { due: again, ..it }));
    }

    fn ask_part(&mut self, input: &Input) -> Result<(), Refusal> {
        let unit = input.target.as_ref().ok_or(Refusal::CoUnit)?.unit.clone();
        self.course.co_tasks.retain(|it| it.unit != unit);
        self.put_part(unit, input.required, input);
        Ok(())
    }

    /// What the duty list makes the lead wait for is asked as soon as somebody leads; once.
    fn ask_required(&mut self, input: &Input) {
        for hop in &input.parts {
            let holder = self.course.holder.as_ref();
            let holds = holder.is_some_and(|it| it.unit == hop.unit);
            let mut asked = self.course.co_tasks.iter();
            if !holds && !asked.any(|it| it.unit == hop.unit) {
                self.put_part(hop.unit.clone(), true, input);
            }
        }
    }

    fn put_part(&mut self, unit: String, required: bool, input: &Input) {
        self.course.co_tasks.push(CoTask {
            unit: unit.clone(),
            required,
            state: CoState::Asked,
            asked: input.now,
            answered: None,
        });
        self.deadlines.push(Deadline {
            clock: Clock::CoTask,
            part: unit,
            due: input.dues.co_task,
            paused: None,
        });
    }

    fn set_part(&mut self, state: CoState, input: &Input) {
        let Some(unit) = part_of(input) else {
            return;
        };
        for it in self.course.co_tasks.iter_mut().filter(|it| it.unit == unit) {
            it.state = state;
            if state != CoState::Waived {
                it.answered = it.answered.or(Some(input.now));
            }
        }
        if state == CoState::Accepted {
            self.course.worked(unit, input.actor.as_ref());
        } else {
            let of_part = |it: &Deadline| it.clock == Clock::CoTask && it.part == unit;
            self.deadlines.retain(|it| !of_part(it));
            self.course.breached.retain(|it| !of_part(it));
        }
    }

    fn waive_parts(&mut self) {
        for it in self.course.co_tasks.iter_mut().filter(|it| it.state.open()) {
            it.state = CoState::Waived;
        }
        self.stop(Clock::CoTask);
    }

    fn end(&mut self) {
        let course = &mut self.course;
        course.holder = None;
        course.overseer = None;
        course.oversight = None;
        course.proposal = None;
        course.suspend_until = None;
        course.breached.clear();
        course.parked.retain(|it| it.clock == Clock::Resolve);
        let asked = |it: &Deadline| matches!(it.clock, Clock::Reopen | Clock::Appeal);
        self.deadlines.retain(asked);
    }
}

/// Whether it is the deadline that the input is about.
fn rang(it: &Deadline, input: &Input) -> bool {
    Some(it.clock) == input.clock && it.part == input.part.as_deref().unwrap_or_default()
}

/// 上收: whether the item must not be held so low.
fn too_low(hop: &Hop, input: &Input) -> bool {
    let duty = input.duty.as_ref();
    duty.is_some_and(|it| hop.level < it.lowest)
}

impl Course {
    /// Notes that a unit, and somebody in it, has worked on it.
    fn worked(&mut self, unit: &str, account: Option<&String>) {
        if !self.workers.iter().any(|it| it == unit) {
            self.workers.push(unit.to_owned());
        }
        if let Some(account) = account
            && !self.hands.contains(account)
        {
            self.hands.push(account.clone());
        }
    }

    fn worker_worked(&mut self) {
        if let Some(unit) = self.worker.as_ref().map(|it| it.unit.clone()) {
            let account = self.handler.clone();
            self.worked(&unit, account.as_ref());
        }
    }

    /// The effects by which it changes hands.
    fn pass(&mut self, effect: Effect, input: &Input) -> Result<(), Refusal> {
        match effect {
            Effect::Receive => {
                self.holder = Some(input.target.clone().ok_or(Refusal::Target)?);
                self.class = input.duty.as_ref().map(|it| it.class.clone());
                self.urgency = input.urgency.unwrap_or(Urgency::Normal);
                self.danger = input.danger;
            }
            Effect::Classify => {
                let duty = input.duty.as_ref().ok_or(Refusal::Class)?;
                self.class = Some(duty.class.clone());
                self.lead.clone_from(&duty.lead);
                self.urgency = input.urgency.unwrap_or(self.urgency);
            }
            Effect::Lodge => self.lodge(input)?,
            Effect::Push => {
                self.leave_trail(input);
                self.holder.clone_from(&input.target);
                self.handler = None;
                self.proposal = None;
                self.suspend_until = None;
            }
            Effect::Skip => self.mark_skip(),
            Effect::Rise => {
                let above = input.target.clone().ok_or(Refusal::Top)?;
                if let Some(unit) = &input.unit
                    && !self.raisers.contains(&unit.unit)
                {
                    self.raisers.push(unit.unit.clone());
                }
                self.trail.retain(|hop| hop.level > above.level);
                self.holder = Some(above);
                self.handler = None;
                self.worker = None;
                self.proposal = None;
                self.suspend_until = None;
            }
            Effect::TakeOn => {
                self.handler.clone_from(&input.actor);
                self.worker.clone_from(&self.holder);
                self.proposal = None;
                self.worker_worked();
            }
            Effect::Appoint => {
                let it = input.appointee.clone().ok_or(Refusal::Appointee)?;
                self.handler = Some(it.account);
                self.worker = Some(it.unit);
                self.worker_worked();
            }
            Effect::Lift => {
                if input.target.is_some() {
                    self.holder.clone_from(&input.target);
                }
                self.handler = None;
                self.worker = None;
            }
            Effect::ClimbTrail => {
                if self.state == State::Feedback {
                    self.climbed += 1;
                }
                if let Some(hop) = routing::next_hop(self) {
                    self.holder = Some(hop.clone());
                }
            }
            Effect::Return => {
                self.climbed = 0;
                self.holder.clone_from(&self.worker);
                self.unable = false;
                self.explained_by = None;
                self.unconfirm();
            }
            Effect::Redirect => self.redirect(input)?,
            Effect::Reopen => self.reopen(input)?,
            _ => {}
        }
        Ok(())
    }

    /// The desk that filed it hears of it as one that has raised it.
    fn lodge(&mut self, input: &Input) -> Result<(), Refusal> {
        if !self.holder.as_ref().is_some_and(|it| too_low(it, input)) {
            return Ok(());
        }
        let above = input.target.clone().filter(|it| !too_low(it, input));
        self.raisers.extend(self.holder.take().map(|it| it.unit));
        self.holder = Some(above.ok_or(Refusal::TooLow)?);
        Ok(())
    }

    /// The holder sends it on, and gets it back when it is done; not a desk that may not hold it,
    /// from which it is sent in an emergency: that one stays informed.
    fn leave_trail(&mut self, input: &Input) {
        match self.holder.take() {
            Some(it) if too_low(&it, input) => self.raisers.push(it.unit),
            it => self.trail.extend(it),
        }
    }

    fn unconfirm(&mut self) {
        if let Some(joint) = &mut self.joint {
            joint.confirmed = false;
        }
    }

    fn mark_skip(&mut self) {
        let from = self.trail.last().map(|it| it.level.number());
        if let (Some(from), Some(holder)) = (from, &mut self.holder) {
            holder.skipped = from.abs_diff(holder.level.number()) > 1;
        }
    }

    /// Whose duty it was found to be leads, where the one who had it led.
    fn redirect(&mut self, input: &Input) -> Result<(), Refusal> {
        let proposal = self.proposal.take();
        let to = match input.action {
            Action::Rule => input.target.clone().ok_or(Refusal::Target)?,
            _ => proposal.ok_or(Refusal::NotAgreed)?.unit,
        };
        let led =
            self.lead.is_some() && self.lead.as_ref() == self.holder.as_ref().map(|it| &it.unit);
        if led {
            self.lead = Some(to.unit.clone());
        }
        // Ruled to be of a unit that had sent it on: it is back there.
        if let Some(n) = self.trail.iter().position(|it| it.unit == to.unit) {
            self.trail.truncate(n);
        }
        self.holder = Some(to);
        self.handler = None;
        self.worker = None;
        self.suspend_until = None;
        Ok(())
    }

    fn reopen(&mut self, input: &Input) -> Result<(), Refusal> {
        self.holder = Some(input.target.clone().ok_or(Refusal::Target)?);
        self.reopens += 1;
        self.escalations += 1;
        self.trail.clear();
        self.climbed = 0;
        self.worker = None;
        self.handler = None;
        self.rating = None;
        self.unable = false;
        self.explained_by = None;
        self.explained = false;
        self.sample = None;
        self.merged = None;
        self.unconfirm();
        Ok(())
    }

    /// The effects that only note something.
    fn note(&mut self, effect: Effect, input: &Input) -> Result<(), Refusal> {
        match effect {
            Effect::Asked => self.asked += 1,
            Effect::Rate => self.rating = input.rating,
            Effect::Decide => self.decider.clone_from(&input.actor),
            Effect::Refuse(refused) => self.refused = refused,
            Effect::Appealed => {
                self.appeals += 1;
                self.refused = false;
                self.rating = None;
                self.handler = None;
                self.worker = None;
                self.holder = Some(input.target.clone().ok_or(Refusal::Target)?);
            }
            Effect::Dispute => self.returns += 1,
            Effect::Bind => self.bound = true,
            Effect::Propose => {
                let unit = input.target.clone().ok_or(Refusal::Target)?;
                self.proposal = Some(Proposal {
                    unit,
                    agreed: false,
                });
            }
            Effect::Agree => {
                if let Some(it) = &mut self.proposal {
                    it.agreed = true;
                }
            }
            Effect::AskSuspend(asked) => {
                self.suspend_until = if asked { input.until } else { None };
            }
            Effect::Suspend => self.suspensions += 1,
            Effect::Unable => self.unable = true,
            Effect::Approve => self.explained_by.clone_from(&input.actor),
            Effect::Explain => self.explained = true,
            Effect::Sample => self.sample = input.sampled.then_some(false),
            Effect::Spotted => self.sample = Some(true),
            Effect::Merge => {
                let primary = input.link.clone().ok_or(Refusal::Primary)?;
                self.merged = Some(Merged {
                    primary,
                    from: self.state,
                });
            }
            Effect::Convene => {
                let unit = input.unit.as_ref().ok_or(Refusal::Actor)?;
                self.joint = Some(Joint {
                    body: unit.unit.clone(),
                    confirmed: false,
                });
                if let Some(lead) = &input.target {
                    self.lead = Some(lead.unit.clone());
                }
            }
            Effect::ConfirmJoint => {
                if let Some(joint) = &mut self.joint {
                    joint.confirmed = true;
                }
            }
            Effect::Sign => {
                self.signed.reporter |= input.who.contains(&Who::Reporter);
                self.signed.party |= input.who.contains(&Who::Party);
            }
            _ => {}
        }
        Ok(())
    }
}
