//! Visits on both databases: the course, the missed ones that climb by themselves, what is found on
//! one, who may do what, and plugins that plan them with nobody calling.

use std::sync::Arc;

use super::{
    course_tests::{COMMUNITY, DAY, DISTRICT, HOUR, STREET, World, desk, due},
    model::{Action, Case, Clock, Procedure, State, Urgency},
    operations::{About, Command, Report, act, get, submit},
    queues::{self, Queue},
    views, visits,
};
use crate::{
    attachments::{self, Upload},
    context::{ActingPlugin, Context},
    db::{accounts, testing::both::both, units::Unit},
    error::Error,
    identity::{Post, Role, operations::populate},
    page::Paging,
    plugins::Capability,
    records::access,
};

/// A household visit that needs no photo, 24 hours when urgent; a patrol that needs one.
const CALL: &str = "V0102";
const PATROL: &str = "V0201";

/// The world with the units that answer for visits, and the visitor's account and post as rows.
async fn world(database: crate::db::Database) -> World {
    let world = World::new(database).await;
    let unit = |id: &str, kind: &str| Unit {
        id: id.to_owned(),
        kind: kind.to_owned(),
        division: STREET.to_owned(),
        parent: None,
        instrument: Some("made up for this test".to_owned()),
        lent: None,
        name_zh: id.to_owned(),
        name_en: id.to_owned(),
    };
    let units = vec![unit("aid", "civil-affairs"), unit("safety", "emergency")];
    let cx = world.domain.system("test");
    populate(&world.domain, &cx, units, Vec::new())
        .await
        .unwrap();
    for (account, name, unit, role) in [
        ("grid-worker", "吴迪", desk(COMMUNITY), Role::GridWorker),
        ("far-worker", "李想", desk(STREET), Role::Verifier),
        ("aid-worker", "马晓", "aid".to_owned(), Role::Handler),
    ] {
        let account = account.to_owned();
        let write = world.domain.database.write(move |t| {
            Box::pin(async move {
                let row = accounts::Account {
                    id: account.clone(),
                    service: false,
                    login: Some(account.clone()),
                    name: name.to_owned(),
                    phone: None,
                    phone_hash: None,
                    community: None,
                    password: None,
                    must_change: false,
                    disabled: None,
                };
                accounts::insert(t, &row, crate::domain::testing::NOW).await?;
                let post = Post {
                    id: format!("row-{account}"),
                    unit,
                    division: String::new(),
                    role,
                    from: crate::domain::testing::NOW,
                    until: None,
                };
                accounts::insert_post(t, &account, &post, "test").await
            })
        });
        write.await.unwrap();
    }
    world
}

fn report(world: &World, class: &str) -> Report {
    Report {
        class: Some(class.to_owned()),
        title: "上门看望".to_owned(),
        ..world.report()
    }
}

async fn planned(world: &World, class: &str) -> Case {
    let report = report(world, class);
    submit(&world.domain, &world.who("community"), report)
        .await
        .unwrap()
}

async fn does(world: &World, case: &Case, name: &str, action: Action) -> Result<Case, Error> {
    let command = world.command(case, action).await;
    let command = match action {
        Action::Assign | Action::Reassign => Command {
            person: Some("grid-worker".to_owned()),
            ..command
        },
        _ => command,
    };
    act(&world.domain, &world.who(name), command).await
}

async fn today(world: &World, name: &str) -> Vec<String> {
    let cx = world.who(name);
    let page = queues::queue(&world.domain, &cx, Queue::Today, &Paging::first(50))
        .await
        .unwrap();
    page.items.into_iter().map(|it| it.id).collect()
}

both! {
    async fn a_visit_goes_its_course(database) {
        let mut world = world(database).await;
        let case = planned(&world, CALL).await;
        assert_eq!(case.course.procedure, Procedure::Visit);
        assert_eq!(case.course.state, State::Planned);
        assert_eq!(case.course.lead.as_deref(), Some("aid"));
        assert_eq!(case.course.holder.as_ref().unwrap().unit, desk(COMMUNITY));
        assert_eq!(due(&case, Clock::Assign), world.now.plus_seconds(HOUR));
        let limit = due(&case, Clock::Perform);
        assert_eq!(limit, world.now.plus_seconds(24 * HOUR));
        // To be taken on by those who walk there, and by nobody else.
        assert_eq!(today(&world, "grid-worker").await, std::slice::from_ref(&case.id));
        let not_theirs = queues::queue(&world.domain, &world.who("verifier"), Queue::Today, &Paging::first(9)).await;
        assert!(matches!(not_theirs, Err(Error::Forbidden(_))));

        let choices = views::choices(&world.domain, &world.who("community"), &case).await.unwrap();
        let assign = choices.iter().find(|it| it.action == Action::Assign).unwrap();
        let names: Vec<_> = assign.people.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["吴迪", "马晓"], "the nearest first, and no verifier");

        world.now = world.now.plus_seconds(HOUR / 2);
        let case = does(&world, &case, "community", Action::Assign).await.unwrap();
        assert_eq!(case.course.state, State::Assigned);
        assert_eq!(case.course.handler.as_deref(), Some("grid-worker"));
        assert_eq!(due(&case, Clock::Perform), limit, "no hand resets the limit");
        let name = visits::visitor(&world.domain, &world.who("community"), &case).await.unwrap();
        assert_eq!(name.as_deref(), Some("吴迪"));
        assert_eq!(today(&world, "grid-worker").await, std::slice::from_ref(&case.id));

        assert!(does(&world, &case, "community", Action::Perform).await.is_err());
        let case = does(&world, &case, "grid-worker", Action::Perform).await.unwrap();
        assert_eq!(case.course.state, State::Done);
        assert!(case.deadlines.iter().all(|it| it.clock == Clock::Review));
        assert!(today(&world, "grid-worker").await.is_empty());
        let case = does(&world, &case, "community", Action::Review).await.unwrap();
        assert_eq!((case.course.state, case.closed), (State::Reviewed, Some(world.now)));
        assert!(case.course.holder.is_none() && case.deadlines.is_empty());
        world.proves(&case).await;
    }

    async fn who_plans_and_who_does_not(database) {
        let world = world(database).await;
        for name in ["resident", "handler", "verifier", "administrator", "hotline"] {
            let report = report(&world, CALL);
            let tried = submit(&world.domain, &world.who(name), report).await;
            assert!(matches!(tried, Err(Error::Forbidden(_))), "{name}: {tried:?}");
        }
        for name in ["community", "street", "district", "grid-worker", "supervisor"] {
            let report = report(&world, CALL);
            assert!(submit(&world.domain, &world.who(name), report).await.is_ok(), "{name}");
        }
        // A report is not filed as a visit, and a visit is not sent the way of reports.
        let incident = submit(&world.domain, &world.who("resident"), world.report()).await.unwrap();
        let file = world.command(&incident, Action::File).await.class(CALL, Urgency::Normal);
        assert!(matches!(act(&world.domain, &world.who("community"), file).await, Err(Error::Invalid(_))));
        let visit = planned(&world, CALL).await;
        for action in [Action::File, Action::Dispatch, Action::Decline, Action::Raise, Action::Lapse] {
            assert!(does(&world, &visit, "community", action).await.is_err(), "{action:?}");
        }
    }

    async fn only_people_of_the_place_are_sent(database) {
        let world = world(database).await;
        let case = planned(&world, CALL).await;
        for person in ["far-worker", "nobody", ""] {
            let command = world.command(&case, Action::Assign).await;
            let command = Command { person: Some(person.to_owned()), ..command };
            let tried = act(&world.domain, &world.who("community"), command).await;
            assert!(matches!(tried, Err(Error::Invalid(_))), "{person}");
        }
        let none = world.command(&case, Action::Assign).await;
        assert!(matches!(act(&world.domain, &world.who("community"), none).await, Err(Error::Invalid(_))));
        // Whoever walks there takes it on; it can be given to another, with a reason.
        let case = does(&world, &case, "grid-worker", Action::Accept).await.unwrap();
        assert_eq!(case.course.handler.as_deref(), Some("grid-worker"));
        let command = world.command(&case, Action::Reassign).await;
        let command = Command { person: Some("aid-worker".to_owned()), ..command };
        let case = act(&world.domain, &world.who("community"), command).await.unwrap();
        assert_eq!(case.course.worker.as_ref().unwrap().unit, "aid");
        assert!(does(&world, &case, "grid-worker", Action::Perform).await.is_err());
        let case = does(&world, &case, "community", Action::Cancel).await.unwrap();
        assert_eq!(case.course.state, State::Closed);
        world.proves(&case).await;
    }

    async fn a_visit_in_vain_is_told_apart(database) {
        let world = world(database).await;
        let case = planned(&world, PATROL).await;
        let case = does(&world, &case, "grid-worker", Action::Accept).await.unwrap();
        // It needs no photo, since there is nothing to see; it needs to say what was tried.
        let silent = Command { words: None, ..world.command(&case, Action::NotMet).await };
        assert!(matches!(act(&world.domain, &world.who("grid-worker"), silent).await, Err(Error::Invalid(_))));
        let case = does(&world, &case, "grid-worker", Action::NotMet).await.unwrap();
        assert_eq!(case.course.state, State::Done);
        let moments = views::timeline(&world.domain, &world.who("community"), &case.id).await.unwrap();
        assert_eq!(moments.last().unwrap().action, Action::NotMet);
        world.proves(&case).await;
    }

    async fn a_missed_visit_climbs_by_itself(database) {
        let mut world = world(database).await;
        let left = planned(&world, CALL).await;
        let given = planned(&world, CALL).await;
        does(&world, &given, "community", Action::Assign).await.unwrap();
        // An hour to give it to somebody; then the desk above is told.
        world.now = world.now.plus_seconds(HOUR);
        assert_eq!(world.ring().await, 1);
        let told = world.row(&left).await;
        assert_eq!(told.course.overseer.as_ref().unwrap().unit, desk(STREET));
        assert_eq!(told.course.holder.as_ref().unwrap().unit, desk(COMMUNITY));
        world.now = world.now.plus_seconds(23 * HOUR);
        while world.ring().await > 0 {}
        let left = world.row(&left).await;
        let given = world.row(&given).await;
        for (case, holder) in [(&left, DISTRICT), (&given, STREET)] {
            assert_eq!(case.course.state, State::Missed);
            assert_eq!(case.course.holder.as_ref().unwrap().unit, desk(holder));
            assert_eq!(case.course.handler, None);
            world.proves(case).await;
        }
        assert!(today(&world, "grid-worker").await.is_empty());
        // Nobody looks: the next desk up is told, and again.
        for _ in 0..3 {
            world.now = world.now.plus_seconds(DAY);
            assert!(world.ring().await > 0);
        }
        let given = world.row(&given).await;
        assert_eq!(given.course.overseer.as_ref().unwrap().unit, desk(DISTRICT));
        // The desk that holds it sends somebody again, for a new time.
        let again = does(&world, &given, "street", Action::Assign).await.unwrap();
        assert_eq!(due(&again, Clock::Perform), world.now.plus_seconds(24 * HOUR));
        does(&world, &again, "grid-worker", Action::Perform).await.unwrap();
        let over = does(&world, &again, "street", Action::Review).await.unwrap();
        assert_eq!(over.course.state, State::Reviewed);
        world.proves(&over).await;
        let over = does(&world, &left, "district", Action::Review).await.unwrap();
        assert_eq!(over.course.state, State::Reviewed);
        world.proves(&over).await;
    }

    async fn what_is_found_on_a_visit_is_a_case_of_its_own(database) {
        let world = world(database).await;
        let visit = planned(&world, PATROL).await;
        let visit = does(&world, &visit, "grid-worker", Action::Accept).await.unwrap();
        let worker = world.who("grid-worker");
        let mut picture = std::io::Cursor::new(Vec::new());
        image::DynamicImage::new_rgb8(4, 4).write_to(&mut picture, image::ImageFormat::Jpeg).unwrap();
        let upload = |name: &str| Upload {
            name: name.to_owned(),
            bytes: picture.get_ref().clone(),
            once: world.once(),
            draft: None,
        };
        let seen = attachments::upload(&world.domain, &worker, upload("隐患.jpg")).await.unwrap();
        let find = Command {
            files: vec![seen.id.clone()],
            ..world.command(&visit, Action::Find).await.class("E0401", Urgency::Urgent)
        };
        let visit_now = act(&world.domain, &worker, find.clone()).await.unwrap();
        // Sent again, it is found once.
        assert_eq!(act(&world.domain, &worker, find).await.unwrap().course, visit_now.course);
        assert_eq!(visit_now.course.state, State::Assigned);
        let linked = visits::linked(&world.domain, &worker, &visit_now).await.unwrap();
        assert_eq!(linked.len(), 1);
        let incident = get(&world.domain, &worker, linked[0].id.as_ref().unwrap()).await.unwrap();
        assert_eq!(incident.course.state, State::Submitted);
        assert_eq!(incident.course.class.as_deref(), Some("E0401"));
        assert_eq!(incident.reporter.as_deref(), Some("grid-worker"));
        assert_eq!(incident.division, visit.division);
        let files = views::files(&world.domain, &worker, &incident.id).await.unwrap();
        assert_eq!(files.len(), 1);
        let back = visits::linked(&world.domain, &worker, &incident).await.unwrap();
        assert_eq!(back[0].number, visit.number);
        // Who may not see the visit learns its number and no more.
        let bare = visits::linked(&world.domain, &world.who("handler"), &incident).await.unwrap();
        assert_eq!((bare[0].number.as_str(), &bare[0].id, &bare[0].title), (visit.number.as_str(), &None, &None));
        world.proves(&visit_now).await;
        world.proves(&incident).await;
        // A visit is not found on a visit, and a patrol brings a photo.
        let wrong = world.command(&visit, Action::Find).await.class(CALL, Urgency::Normal);
        assert!(matches!(act(&world.domain, &worker, wrong).await, Err(Error::Invalid(_))));
        assert!(matches!(does(&world, &visit, "grid-worker", Action::Perform).await, Err(Error::Invalid(_))));
        let proof = attachments::upload(&world.domain, &worker, upload("现场.jpg")).await.unwrap();
        let done = Command {
            files: vec![proof.id],
            ..world.command(&visit, Action::Perform).await
        };
        let done = act(&world.domain, &worker, done).await.unwrap();
        assert_eq!(done.course.state, State::Done);
    }

    async fn nobody_looks_at_their_own_visit(database) {
        let world = world(database).await;
        let case = planned(&world, CALL).await;
        let case = does(&world, &case, "grid-worker", Action::Accept).await.unwrap();
        let case = does(&world, &case, "grid-worker", Action::Perform).await.unwrap();
        let mut own = world.who("community");
        if let crate::context::Principal::Person(person) = &mut own.principal {
            person.account = "grid-worker".to_owned();
        }
        let choices = views::choices(&world.domain, &own, &case).await.unwrap();
        assert!(choices.iter().all(|it| it.action != Action::Review));
        let review = world.command(&case, Action::Review).await;
        let tried = act(&world.domain, &own, review).await;
        assert!(matches!(tried, Err(Error::Forbidden("case-own-work"))), "{tried:?}");
        does(&world, &case, "supervisor", Action::Review).await.unwrap();
    }

    async fn a_plugin_plans_visits_with_nobody_calling(database) {
        let world = world(database).await;
        let plugin = ActingPlugin {
            id: "eldercare".to_owned(),
            revision: "sha256:0".to_owned(),
            department: "dept-civil-affairs".to_owned(),
            capabilities: [Capability::CasesOpen, Capability::CasesRead].into_iter().collect(),
            classes: vec![CALL.to_owned()],
        };
        let alone = |plugin: &ActingPlugin| Context {
            plugin: Some(Arc::new(plugin.clone())),
            ..Context::system("jobs", "request".to_owned(), world.now)
        };
        let cx = alone(&plugin);
        let once = report(&world, CALL);
        let case = submit(&world.domain, &cx, once.clone()).await.unwrap();
        assert_eq!((case.course.state, &case.reporter), (State::Planned, &None));
        assert_eq!(case.plugin.as_deref(), Some("eldercare"));
        let again = submit(&world.domain, &cx, once).await.unwrap();
        assert_eq!(again.id, case.id);
        assert!(get(&world.domain, &cx, &case.id).await.is_ok());
        // Neither a class that it does not list, nor without the capability.
        let other = submit(&world.domain, &cx, report(&world, PATROL)).await;
        assert!(matches!(other, Err(Error::NotGranted { .. })));
        let bare = ActingPlugin { capabilities: [Capability::CasesRead].into_iter().collect(), ..plugin };
        let refused = submit(&world.domain, &alone(&bare), report(&world, CALL)).await;
        assert!(matches!(refused, Err(Error::NotGranted { .. })));
        // The host itself, without a plugin, opens nothing.
        let host = Context::system("jobs", "request".to_owned(), world.now);
        let nobody = submit(&world.domain, &host, report(&world, CALL)).await;
        assert!(matches!(nobody, Err(Error::Unauthenticated)));
        world.proves(&case).await;
    }

    async fn a_plugin_alone_reaches_only_whom_it_keeps_something_about(database) {
        let world = world(database).await;
        let plugin = Arc::new(ActingPlugin {
            id: "eldercare".to_owned(),
            revision: "sha256:0".to_owned(),
            department: "dept-civil-affairs".to_owned(),
            capabilities: [Capability::CasesOpen, Capability::CasesRead].into_iter().collect(),
            classes: vec![CALL.to_owned()],
        });
        let with = |cx: Context| Context { plugin: Some(plugin.clone()), ..cx };
        let alone = with(Context::system("jobs", "request".to_owned(), world.now));
        let subject = crate::identity::pseudonym(&world.domain.keys, "eldercare", "grid-worker");
        let about = |subject: &str| Report {
            about: Some(About {
                subject: subject.to_owned(),
                name: Some("王秀英".to_owned()),
                phone: Some("19900000003".to_owned()),
            }),
            ..report(&world, CALL)
        };
        let stranger = submit(&world.domain, &alone, about(&subject)).await;
        assert!(matches!(stranger, Err(Error::NotFound)));
        // Once somebody has opened a case through it, it knows them.
        let caller = with(world.who("grid-worker"));
        let forged = submit(&world.domain, &caller, about(&subject)).await;
        assert!(matches!(forged, Err(Error::Invalid(_))), "only where nobody calls");
        submit(&world.domain, &caller, report(&world, CALL)).await.unwrap();
        let case = submit(&world.domain, &alone, about(&subject)).await.unwrap();
        assert_eq!(case.reporter.as_deref(), Some("grid-worker"));
        // Whoever must ring asks for the number, and that is in the person's log.
        let staff = world.who("supervisor");
        let shown = access::contact(&world.domain, &staff, &case).await.unwrap().unwrap();
        assert_eq!(shown, (Some("王秀英".to_owned()), Some("19900000003".to_owned())));
        let mine = access::about_me(&world.domain, &world.who("grid-worker"), &Paging::first(9)).await.unwrap();
        assert_eq!(mine.items.len(), 1);
        assert_eq!((mine.items[0].fields.as_str(), mine.items[0].case.as_ref()), ("name,phone", Some(&case.id)));
    }
}
