//! The turnings of a case on both databases: disputes and rulings, parts of other units, holds,
//! what cannot be done, follow-ups, merges, reopening, supervision, and the other procedures.

use super::{
    course_tests::{
        COMMUNITY, DAY, DISTRICT, GREENING, HOUR, STREET, TEAM, World, desk, due, unit,
    },
    duty::precedents,
    model::{Action, Case, Clock, CoState, Procedure, State, Urgency},
    operations::{Command, Party, Report, act, get, submit},
};
use crate::{
    attachments::{self, Upload},
    context::{Channel, Context, Principal},
    db::testing::both::both,
    error::{Error, Result},
    identity::operations::populate,
    page::Paging,
    web::tests::photo,
};

impl World {
    /// Files of one who hands them in.
    async fn files(&self, name: &str, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for _ in 0..count {
            let upload = Upload {
                name: "after.jpg".to_owned(),
                bytes: photo(),
                once: self.once(),
                draft: None,
            };
            let kept = attachments::upload(&self.domain, &self.who(name), upload).await;
            ids.push(kept.unwrap().id);
        }
        ids
    }

    async fn with_files(
        &self,
        case: &Case,
        name: &str,
        action: Action,
        count: usize,
    ) -> Result<Case> {
        let files = self.files(name, count).await;
        let command = Command {
            files,
            ..self.command(case, action).await
        };
        self.gives(name, command).await
    }

    async fn sends(&self, case: &Case, name: &str, action: Action, to: &str) -> Result<Case> {
        let command = self.command(case, action).await.to(to);
        self.gives(name, command).await
    }

    /// Back up the trail, to whoever looks at it.
    async fn climbs(&self, case: &Case) {
        self.does(case, "street", Action::ConfirmUp, State::Feedback)
            .await;
        self.does(case, "community", Action::ConfirmUp, State::Verifying)
            .await;
    }

    async fn resolved(&self) -> Case {
        let case = self.in_progress().await;
        self.does(&case, "handler", Action::ReportDone, State::Feedback)
            .await;
        self.climbs(&case).await;
        self.does(&case, "verifier", Action::VerifyPass, State::Resolved)
            .await
    }

    async fn dispatched(&self) -> Case {
        let case = self.submitted().await;
        self.does(&case, "community", Action::File, State::Filed)
            .await;
        self.does(&case, "community", Action::Dispatch, State::Dispatched)
            .await;
        self.does(&case, "street", Action::Relay, State::Dispatched)
            .await
    }

    async fn opened(&self, procedure: Procedure) -> Result<Case> {
        let party = Party {
            name: "对方".to_owned(),
            phone: "13800138009".to_owned(),
        };
        let report = Report {
            procedure: Some(procedure),
            party: (procedure == Procedure::Mediation).then_some(party),
            ..self.report()
        };
        submit(&self.domain, &self.who("resident"), report).await
    }
}

fn refused(done: Result<Case>, code: &str) {
    match done {
        Err(Error::Conflict(why) | Error::Forbidden(why)) => assert_eq!(why, code),
        other => panic!("{code} was expected: {other:?}"),
    }
}

both! {
    async fn a_dispute_is_ruled_and_the_ruling_binds(database) {
        let mut world = World::new(database).await;
        let case = world.dispatched().await;
        let resolve = due(&case, Clock::Resolve);
        let bare = world.command(&case, Action::Return).await;
        let bare = Command { basis: None, ..bare };
        assert!(matches!(world.gives("handler", bare).await, Err(Error::Invalid(_))));
        // Whoever returns it still answers for it.
        let returned = world.does(&case, "handler", Action::Return, State::Disputed).await;
        assert_eq!(returned.course.holder.as_ref().unwrap().unit, TEAM);
        assert!(world.sends(&case, "street", Action::Rule, GREENING).await.is_err());
        let ruled = world.sends(&case, "keeper", Action::Rule, GREENING).await.unwrap();
        assert_eq!(ruled.course.state, State::Dispatched);
        assert_eq!(ruled.course.holder.as_ref().unwrap().unit, GREENING);
        assert_eq!(ruled.course.lead.as_deref(), Some(GREENING));
        assert_eq!(due(&ruled, Clock::Resolve), resolve);
        refused(world.tries(&case, "gardener", Action::Return).await, "case-returned-enough");
        // It is remembered, for whoever keeps the list to take up.
        let keeper = world.who("keeper");
        let open = precedents::list(&world.domain, &keeper, true, &Paging::default()).await.unwrap();
        let found: Vec<_> = open.items.iter().map(|it| (it.from_unit.as_str(), it.to_unit.as_str())).collect();
        assert_eq!(found, [(TEAM, GREENING)]);
        // A ruling that nobody makes is asked for one desk up.
        let waiting = world.dispatched().await;
        world.does(&waiting, "handler", Action::Return, State::Disputed).await;
        world.now = due(&world.row(&waiting).await, Clock::Rule);
        while world.ring().await > 0 {}
        let waiting = world.row(&waiting).await;
        assert!(waiting.course.escalations > 0);
        assert!(waiting.course.oversight.is_some());
        world.proves(&case).await;
        world.proves(&waiting).await;
    }

    async fn the_window_to_return_it_ends(database) {
        let mut world = World::new(database).await;
        let case = world.dispatched().await;
        world.now = due(&case, Clock::Return);
        world.ring().await;
        let late = world.tries(&case, "handler", Action::Return).await;
        assert!(matches!(late, Err(Error::Conflict(_))));
        world.does(&case, "handler", Action::Accept, State::InProgress).await;
        world.proves(&case).await;
    }

    async fn a_transfer_needs_the_other_to_agree(database) {
        let world = World::new(database).await;
        let case = world.in_progress().await;
        let resolve = due(&case, Clock::Resolve);
        assert!(world.tries(&case, "street", Action::Transfer).await.is_err());
        world.sends(&case, "handler", Action::Propose, GREENING).await.unwrap();
        assert!(world.tries(&case, "street", Action::Transfer).await.is_err());
        assert!(world.tries(&case, "handler", Action::Agree).await.is_err());
        world.does(&case, "gardener", Action::Agree, State::InProgress).await;
        let moved = world.does(&case, "street", Action::Transfer, State::Dispatched).await;
        assert_eq!(moved.course.holder.as_ref().unwrap().unit, GREENING);
        assert_eq!(due(&moved, Clock::Resolve), resolve);
        world.does(&case, "gardener", Action::Accept, State::InProgress).await;
        world.proves(&case).await;
    }

    async fn a_lead_waits_for_a_part(database) {
        let mut world = World::new(database).await;
        let case = world.in_progress().await;
        let ask = Command { required: true, ..world.command(&case, Action::AskCo).await };
        world.gives("handler", ask.to(GREENING)).await.unwrap();
        refused(world.tries(&case, "handler", Action::ReportDone).await, "case-parts-open");
        // One who is late is overseen like anybody else.
        world.now = due(&world.row(&case).await, Clock::CoTask);
        while world.ring().await > 0 {}
        assert!(world.row(&case).await.course.escalations > 0);
        world.does(&case, "gardener", Action::RefuseCo, State::InProgress).await;
        refused(world.tries(&case, "handler", Action::ReportDone).await, "case-parts-open");
        let ask = Command { required: true, ..world.command(&case, Action::AskCo).await };
        world.gives("handler", ask.to(GREENING)).await.unwrap();
        world.does(&case, "gardener", Action::AcceptCo, State::InProgress).await;
        assert!(world.tries(&case, "handler", Action::FinishCo).await.is_err());
        let done = world.does(&case, "gardener", Action::FinishCo, State::InProgress).await;
        assert_eq!(done.course.co_tasks[0].state, CoState::Done);
        world.does(&case, "handler", Action::ReportDone, State::Feedback).await;
        world.proves(&case).await;
    }

    async fn what_the_list_requires_is_asked_without_asking(database) {
        let world = World::new(database).await;
        let (builders, homes) = ("builders".to_owned(), "homes".to_owned());
        let units = vec![
            unit(builders.clone(), "urban-management", STREET),
            unit(homes.clone(), "housing", STREET),
        ];
        populate(&world.domain, &world.domain.system("test"), units, Vec::new()).await.unwrap();
        let of = |unit: &str| {
            let mut cx = world.who("handler");
            if let Principal::Person(person) = &mut cx.principal {
                unit.clone_into(&mut person.account);
                unit.clone_into(&mut person.posts[0].unit);
            }
            cx
        };
        let case = world.submitted().await;
        let file = world.command(&case, Action::File).await.class("E0304", Urgency::Normal);
        world.gives("community", file).await.unwrap();
        world.sends(&case, "street", Action::Dispatch, &builders).await.unwrap();
        let accept = world.command(&case, Action::Accept).await;
        let taken = act(&world.domain, &of(&builders), accept).await.unwrap();
        let part = &taken.course.co_tasks[0];
        assert_eq!((part.unit.as_str(), part.required, part.state), ("homes", true, CoState::Asked));
        let upload = Upload {
            name: "after.jpg".to_owned(),
            bytes: photo(),
            once: world.once(),
            draft: None,
        };
        let photo = attachments::upload(&world.domain, &of(&builders), upload).await.unwrap();
        let done = world.command(&case, Action::ReportDone).await;
        let done = Command { files: vec![photo.id], ..done };
        refused(act(&world.domain, &of(&builders), done).await, "case-parts-open");
        for action in [Action::AcceptCo, Action::FinishCo] {
            let command = world.command(&case, action).await;
            act(&world.domain, &of(&homes), command).await.unwrap();
        }
        world.proves(&case).await;
    }

    async fn what_waits_goes_on_with_the_time_it_had_left(database) {
        let mut world = World::new(database).await;
        let case = world.in_progress().await;
        let resolve = due(&case, Clock::Resolve);
        world.now = world.now.plus_seconds(HOUR);
        let until = world.now.plus_seconds(10 * DAY);
        let ask = Command { until: Some(until), ..world.command(&case, Action::AskSuspend).await };
        world.gives("handler", ask).await.unwrap();
        assert!(world.tries(&case, "handler", Action::Suspend).await.is_err());
        world.does(&case, "supervisor", Action::Suspend, State::Suspended).await;
        world.now = until.plus_seconds(-1);
        while world.ring().await > 0 {}
        assert_eq!(world.row(&case).await.course.state, State::Suspended);
        world.now = until;
        while world.ring().await > 0 {}
        let on = world.row(&case).await;
        assert_eq!(on.course.state, State::InProgress);
        assert_eq!(due(&on, Clock::Resolve), resolve.plus_seconds(10 * DAY));
        let ask = world.command(&case, Action::AskSuspend).await;
        let far = Command { until: Some(world.now.plus_seconds(91 * DAY)), ..ask };
        assert!(matches!(world.gives("handler", far).await, Err(Error::Invalid(_))));
        world.proves(&case).await;
    }

    async fn what_cannot_be_done_needs_two_who_say_so(database) {
        let world = World::new(database).await;
        let case = world.in_progress().await;
        let unable = world.does(&case, "handler", Action::ReportUnable, State::Feedback).await;
        assert!(unable.course.unable);
        world.climbs(&case).await;
        assert!(world.tries(&case, "verifier", Action::VerifyPass).await.is_err());
        assert!(world.tries(&case, "supervisor", Action::CloseExplained).await.is_err());
        let bare = world.tries(&case, "supervisor", Action::ApproveExplained).await;
        assert!(matches!(bare, Err(Error::Invalid(_))), "without the letter");
        let approved = world.with_files(&case, "supervisor", Action::ApproveExplained, 1).await;
        approved.unwrap();
        refused(world.tries(&case, "supervisor", Action::CloseExplained).await, "case-second-person");
        let closed = world.does(&case, "supervisor2", Action::CloseExplained, State::Closed).await;
        assert!(closed.course.explained);
        world.proves(&case).await;
    }

    async fn one_follows_another_and_each_is_told(database) {
        let world = World::new(database).await;
        let primary = world.in_progress().await;
        let (one, two) = (world.submitted().await, world.submitted().await);
        for case in [&one, &two] {
            let merge = world.command(case, Action::Merge).await;
            let merge = Command { other: Some(primary.number.clone()), ..merge };
            let merged = world.gives("community", merge).await.unwrap();
            assert_eq!(merged.course.state, State::Merged);
        }
        let back = world.does(&two, "community", Action::Split, State::Submitted).await;
        assert_eq!(due(&back, Clock::Triage), due(&two, Clock::Triage));
        // Nothing follows what follows.
        let chain = world.command(&primary, Action::Merge).await;
        let chain = Command { other: Some(two.number.clone()), ..chain };
        assert!(world.gives("handler", chain).await.is_err());
        world.does(&primary, "handler", Action::ReportDone, State::Feedback).await;
        world.climbs(&primary).await;
        world.does(&primary, "verifier", Action::VerifyPass, State::Resolved).await;
        let followed = world.row(&one).await;
        assert_eq!(followed.course.state, State::Resolved);
        assert!(followed.course.lead.is_some());
        world.does(&one, "resident", Action::Rate, State::Closed).await;
        assert_eq!(world.row(&primary).await.course.state, State::Resolved);
        for case in [&primary, &one, &two] {
            world.proves(case).await;
        }
    }

    async fn what_follows_goes_its_own_way_when_the_other_ends_undone(database) {
        let world = World::new(database).await;
        let (primary, follower) = (world.submitted().await, world.submitted().await);
        let merge = world.command(&follower, Action::Merge).await;
        let merge = Command { other: Some(primary.number.clone()), ..merge };
        world.gives("community", merge).await.unwrap();
        world.does(&primary, "resident", Action::Withdraw, State::Closed).await;
        assert_eq!(world.row(&follower).await.course.state, State::Submitted);
        world.proves(&follower).await;
    }

    async fn taken_up_again_it_has_the_same_lead_and_clock(database) {
        let mut world = World::new(database).await;
        let case = world.resolved().await;
        let parked = case.course.parked.iter().find(|it| it.clock == Clock::Resolve);
        let resolve = parked.unwrap().due;
        world.now = world.now.plus_seconds(HOUR);
        let again = world.does(&case, "resident", Action::Reopen, State::Filed).await;
        assert_eq!(again.course.lead.as_deref(), Some(TEAM));
        assert_eq!(again.course.escalations, 1);
        assert_eq!(due(&again, Clock::Resolve), resolve);
        let case = {
            world.does(&case, "community", Action::Dispatch, State::Dispatched).await;
            world.does(&case, "street", Action::Relay, State::Dispatched).await;
            world.does(&case, "handler", Action::Accept, State::InProgress).await;
            world.does(&case, "handler", Action::ReportDone, State::Feedback).await;
            world.climbs(&case).await;
            world.does(&case, "verifier", Action::VerifyPass, State::Resolved).await
        };
        refused(world.tries(&case, "resident", Action::Reopen).await, "case-reopened-once");
        world.does(&case, "supervisor", Action::Reopen, State::Filed).await;
        // Once the window is over nobody does.
        let late = world.resolved().await;
        world.does(&late, "resident", Action::Rate, State::Closed).await;
        world.now = due(&world.row(&late).await, Clock::Reopen);
        assert!(world.tries(&late, "resident", Action::Reopen).await.is_err());
        world.ring().await;
        assert!(world.row(&late).await.deadlines.is_empty());
        world.proves(&case).await;
        world.proves(&late).await;
    }

    async fn an_appeal_goes_to_somebody_else(database) {
        let world = World::new(database).await;
        let case = world.submitted().await;
        world.does(&case, "community", Action::Decline, State::Declined).await;
        assert!(world.tries(&case, "stranger", Action::Appeal).await.is_err());
        let back = world.does(&case, "resident", Action::Appeal, State::Submitted).await;
        assert_eq!(back.course.holder.as_ref().unwrap().unit, desk(COMMUNITY));
        refused(world.tries(&case, "community", Action::File).await, "case-fresh-eyes");
        refused(world.tries(&case, "community", Action::Decline).await, "case-fresh-eyes");
        world.does(&case, "community2", Action::Decline, State::Declined).await;
        refused(world.tries(&case, "resident", Action::Appeal).await, "case-appealed-once");
        world.proves(&case).await;
    }

    async fn an_answer_alone_ends_supervision(database) {
        let mut world = World::new(database).await;
        let case = world.in_progress().await;
        let resolve = due(&case, Clock::Resolve);
        let by = world.now.plus_seconds(DAY);
        let oversee = Command { until: Some(by), ..world.command(&case, Action::Oversee).await };
        let overseen = world.gives("supervisor", oversee).await.unwrap();
        assert_eq!(due(&overseen, Clock::Oversight), by);
        world.now = by;
        while world.ring().await > 0 {}
        let unheard = world.row(&case).await;
        assert!(unheard.course.escalations > 0 && unheard.course.oversight.is_some());
        world.does(&case, "handler", Action::Comment, State::InProgress).await;
        assert!(world.row(&case).await.course.oversight.is_some());
        let heard = world.does(&case, "handler", Action::AnswerOversight, State::InProgress).await;
        assert_eq!(heard.course.oversight, None);
        assert_eq!(due(&heard, Clock::Resolve), resolve);
        world.proves(&case).await;
    }

    async fn in_an_emergency_levels_are_skipped_and_the_trail_says_so(database) {
        let world = World::new(database).await;
        let report = Report { danger: true, ..world.report() };
        let case = submit(&world.domain, &world.who("resident"), report).await.unwrap();
        let calm = world.command(&case, Action::Emergency).await.class("E0504", Urgency::Normal);
        assert!(world.gives("community", calm.to(&desk(DISTRICT))).await.is_err());
        let now = world.command(&case, Action::Emergency).await;
        let now = now.class("E0504", Urgency::Emergency).to(&desk(DISTRICT));
        let sent = world.gives("community", now).await.unwrap();
        let holder = sent.course.holder.as_ref().unwrap();
        assert_eq!((holder.unit.as_str(), holder.skipped), (desk(DISTRICT).as_str(), true));
        world.proves(&case).await;
    }

    async fn a_trifle_is_done_on_the_spot(database) {
        let world = World::new(database).await;
        let mut looked_at = 0;
        for _ in 0..24 {
            let case = world.submitted().await;
            let own = world.command(&case, Action::SelfHandle).await;
            let own = own.class("E0101", Urgency::Normal);
            world.gives("community", own).await.unwrap();
            let bare = world.with_files(&case, "community", Action::FinishTrivial, 1).await;
            assert!(bare.is_err(), "one photo is no pair");
            let done = world.with_files(&case, "community", Action::FinishTrivial, 2).await.unwrap();
            assert_eq!(done.course.state, State::Resolved);
            if done.course.sample.is_some() {
                looked_at += 1;
                let failed = world.does(&case, "verifier", Action::SpotFail, State::InProgress).await;
                assert!(failed.course.oversight.is_some());
            } else {
                assert!(world.tries(&case, "verifier", Action::SpotPass).await.is_err());
            }
            world.proves(&case).await;
        }
        assert!((1..=12).contains(&looked_at), "{looked_at} of 24");
    }

    async fn a_joint_case_ends_with_its_body_only(database) {
        let world = World::new(database).await;
        let case = world.in_progress().await;
        assert!(world.tries(&case, "supervisor", Action::Convene).await.is_err());
        world.does(&case, "convener", Action::Convene, State::InProgress).await;
        let ask = Command { required: true, ..world.command(&case, Action::AskCo).await };
        world.gives("convener", ask.to(GREENING)).await.unwrap();
        world.does(&case, "gardener", Action::AcceptCo, State::InProgress).await;
        let part = &world.row(&case).await.course.co_tasks[0];
        assert_eq!(part.answered, Some(world.now));
        world.does(&case, "gardener", Action::FinishCo, State::InProgress).await;
        world.does(&case, "handler", Action::ReportDone, State::Feedback).await;
        world.climbs(&case).await;
        refused(world.tries(&case, "verifier", Action::VerifyPass).await, "case-joint-unconfirmed");
        world.does(&case, "convener", Action::ConfirmJoint, State::Verifying).await;
        world.does(&case, "verifier", Action::VerifyPass, State::Resolved).await;
        world.proves(&case).await;
    }

    async fn who_has_no_app_answers_by_telephone(database) {
        let world = World::new(database).await;
        let report = Report {
            contact_name: Some("王阿婆".to_owned()),
            contact_phone: Some("13800138001".to_owned()),
            ..world.report()
        };
        let case = submit(&world.domain, &world.who("hotline"), report).await.unwrap();
        world.does(&case, "community", Action::File, State::Filed).await;
        world.does(&case, "community", Action::Dispatch, State::Dispatched).await;
        world.does(&case, "street", Action::Relay, State::Dispatched).await;
        world.does(&case, "handler", Action::Accept, State::InProgress).await;
        world.does(&case, "handler", Action::ReportDone, State::Feedback).await;
        world.climbs(&case).await;
        world.does(&case, "verifier", Action::VerifyPass, State::Resolved).await;
        assert!(world.tries(&case, "own-verifier", Action::RateByCall).await.is_err());
        let rated = world.does(&case, "verifier", Action::RateByCall, State::Closed).await;
        assert!(rated.course.rating.is_some());
        world.proves(&case).await;
    }

    /// 7. One responsibility, whichever door.
    async fn the_same_report_by_any_channel_has_the_same_lead_and_clocks(database) {
        let world = World::new(database).await;
        let said = |case: &Case| {
            let it = &case.course;
            let lead = (it.class.clone(), it.lead.clone(), it.holder.clone(), it.urgency);
            (it.state, lead, case.deadlines.clone())
        };
        let mut seen = Vec::new();
        for (name, channel) in [
            ("resident", Channel::App),
            ("clerk", Channel::Counter),
            ("hotline", Channel::Hotline),
            ("grid-worker", Channel::GridWorker),
            ("city", Channel::Open311),
        ] {
            let cx = world.who(name);
            let cx = match channel {
                Channel::Open311 => Context { channel, ..cx },
                _ => cx,
            };
            let on_behalf = matches!(channel, Channel::Counter | Channel::Hotline);
            let report = Report {
                class: Some("E0504".to_owned()),
                contact_name: on_behalf.then(|| "王阿婆".to_owned()),
                contact_phone: on_behalf.then(|| "13800138001".to_owned()),
                ..world.report()
            };
            let case = submit(&world.domain, &cx, report).await.unwrap();
            assert_eq!(case.channel, channel);
            let filed = world.does(&case, "community", Action::File, State::Filed).await;
            seen.push((said(&case), said(&filed)));
        }
        assert!(seen.windows(2).all(|it| it[0] == it[1]), "{seen:?}");
    }

    async fn a_topic_is_answered_or_adopted(database) {
        let mut world = World::new(database).await;
        let asked = world.opened(Procedure::Topic).await.unwrap();
        world.does(&asked, "community", Action::Publish, State::Published).await;
        world.does(&asked, "community", Action::Answer, State::Answered).await;
        world.does(&asked, "resident", Action::Rate, State::Closed).await;
        let taken = world.opened(Procedure::Topic).await.unwrap();
        world.does(&taken, "community", Action::Publish, State::Published).await;
        world.now = due(&world.row(&taken).await, Clock::Answer);
        while world.ring().await > 0 {}
        assert!(world.row(&taken).await.course.escalations > 0);
        world.does(&taken, "community", Action::Adopt, State::Adopted).await;
        world.proves(&asked).await;
        world.proves(&taken).await;
    }

    async fn a_mediation_is_between_two_and_whoever_mediates(database) {
        let mut world = World::new(database).await;
        let case = world.opened(Procedure::Mediation).await.unwrap();
        let hash = case.party_hash.clone();
        // Nobody else sees it, however high.
        for name in ["supervisor", "verifier", "keeper", "grid-worker", "street", "district"] {
            let seen = get(&world.domain, &world.who(name), &case.id).await;
            assert!(matches!(seen, Err(Error::NotFound)), "{name}");
        }
        let mut party = world.who("other");
        if let Principal::Person(person) = &mut party.principal {
            person.phone_hash = hash;
        }
        let yes = world.command(&case, Action::Consent).await;
        act(&world.domain, &party, yes).await.unwrap();
        world.does(&case, "community", Action::Mediate, State::InMediation).await;
        world.does(&case, "resident", Action::Sign, State::InMediation).await;
        let sign = world.command(&case, Action::Sign).await;
        let signed = act(&world.domain, &party, sign).await.unwrap();
        assert_eq!(signed.course.state, State::Agreed);
        world.proves(&case).await;
        // Nobody is made to talk.
        let unheard = world.opened(Procedure::Mediation).await.unwrap();
        world.now = due(&unheard, Clock::Consent);
        world.ring().await;
        assert_eq!(world.row(&unheard).await.course.state, State::Closed);
        // What fails may be raised to the street.
        let failed = world.opened(Procedure::Mediation).await.unwrap();
        world.does(&failed, "community", Action::Consent, State::Accepted).await;
        world.does(&failed, "community", Action::Mediate, State::InMediation).await;
        world.does(&failed, "community", Action::Fail, State::Failed).await;
        let raised = world.does(&failed, "community", Action::Raise, State::Accepted).await;
        assert_eq!(raised.course.holder.as_ref().unwrap().unit, desk(STREET));
        world.proves(&failed).await;
    }
}
