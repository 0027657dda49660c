//! What the people of a simulated city hand in: when, by which channel, and what. All made up, and
//! each report says so.

use rand::RngExt as _;
use rand_pcg::Pcg64Mcg;

use super::{
    dice::{self, Dice, any, percent, weighted},
    people::{People, desks},
};
use crate::{
    app::App,
    cases::{
        duty::{DutyItem, DutyList},
        model::{Procedure, Urgency},
        operations::{Party, Report},
    },
    context::{Context, Locale},
    demo::organisation::DISTRICT,
    grid::{Datum, Point},
    identity::{Role, phone},
    time::Timestamp,
};

/// How many days pass until somebody reports something again.
const EVERY_DAYS: u32 = 60;
/// Said at the end of every text.
pub const MADE_UP: &str = "（模拟数据，纯属虚构）";

/// A place at which something can be reported: a cell, and its bounds.
pub struct Place {
    code: String,
    low: [f64; 2],
    high: [f64; 2],
}

/// The cells of the city, by code.
pub fn places(app: &App, now: Timestamp) -> Vec<Place> {
    let index = app.domain.grid.index();
    let mut found: Vec<Place> = index
        .cells(DISTRICT, now)
        .filter_map(|cell| {
            let [low, high] = cell.shape.bounds()?;
            let code = cell.division.code.clone();
            Some(Place { code, low, high })
        })
        .collect();
    found.sort_by(|a, b| a.code.cmp(&b.code));
    found
}

/// The reports of a day: seconds since its midnight, and the report's number; in order of time.
pub fn day(dice: Dice, day: u32, residents: u32) -> Vec<(i64, u32)> {
    let mut source = dice.of(&["day", &day.to_string()]);
    let usual = residents.div_ceil(EVERY_DAYS).max(1);
    let count = source.random_range(usual - usual / 4..=usual + usual / 4);
    let mut found: Vec<(i64, u32)> = (0..count)
        .map(|n| {
            // Mostly by day.
            let hours = [(1, (0, 7)), (12, (7, 22)), (1, (22, 24))];
            let (low, high) = weighted(&mut source, hours).unwrap_or((7, 22));
            (source.random_range(low * 3600..high * 3600), n)
        })
        .collect();
    found.sort_unstable();
    found
}

/// Something that somebody is about to hand in.
pub struct Handed {
    /// Who hands it in.
    pub by: Context,
    /// What.
    pub report: Report,
}

/// What is said, and where.
struct Matter<'a> {
    place: &'a Place,
    procedure: Procedure,
    item: Option<&'a DutyItem>,
    title: String,
}

/// Everything that reports are made of.
pub struct Desk<'a> {
    /// The program, for its keys.
    pub app: &'a App,
    /// The seed.
    pub dice: Dice,
    /// Who there is.
    pub people: &'a People,
    /// Where.
    pub places: &'a [Place],
    /// What the city answers for.
    pub duty: &'a DutyList,
}

impl Desk<'_> {
    /// A report of a day, by its number; none when nobody is there to hand it in.
    pub fn report(&self, day: u32, n: u32) -> Option<Handed> {
        let key = format!("{day}-{n}");
        let mut dice = self.dice.of(&["report", &key]);
        // Sometimes two see the same thing.
        let seen = if n > 0 && percent(&mut dice, 5) {
            n - 1
        } else {
            n
        };
        let seen = self.dice.of(&["matter", &format!("{day}-{seen}")]);
        let matter = self.matter(seen)?;
        let report = Report {
            once: format!("sim-{key}"),
            procedure: Some(matter.procedure),
            title: matter.title.clone(),
            description: format!("{}。{MADE_UP}", matter.title),
            point: Some(self.point(&mut dice, matter.place)),
            ..Report::default()
        };
        match matter.procedure {
            Procedure::Visit => self.visit(&mut dice, &matter, report),
            Procedure::Incident => self.incident(&mut dice, &matter, report),
            Procedure::Mediation => {
                let party = Party {
                    name: "对方（模拟）".to_owned(),
                    phone: number(&mut dice),
                };
                self.resident(
                    &mut dice,
                    Report {
                        party: Some(party),
                        ..report
                    },
                )
            }
            Procedure::Application => {
                let class = matter.item.map(|it| it.code.clone());
                self.resident(&mut dice, Report { class, ..report })
            }
            Procedure::Topic => self.resident(&mut dice, report),
        }
    }

    /// What there is to say: where, of which procedure and which class.
    fn matter(&self, mut dice: Pcg64Mcg) -> Option<Matter<'_>> {
        let place = any(&mut dice, self.places)?;
        let often = [
            (85, Procedure::Incident),
            (6, Procedure::Visit),
            (4, Procedure::Topic),
            (3, Procedure::Application),
            (2, Procedure::Mediation),
        ];
        let procedure = weighted(&mut dice, often)?;
        let mut items: Vec<&DutyItem> = self.items(procedure);
        let procedure = match procedure {
            // Where the duty list has none of it, something is wrong instead.
            Procedure::Visit | Procedure::Application if items.is_empty() => {
                items = self.items(Procedure::Incident);
                Procedure::Incident
            }
            other => other,
        };
        let item = any(&mut dice, &items).copied();
        let title = match (procedure, item) {
            (Procedure::Topic, _) => "建议增设休息座椅".to_owned(),
            (Procedure::Mediation, _) => "邻里噪声纠纷".to_owned(),
            (_, item) => item?.name(Locale::Chinese).to_owned(),
        };
        Some(Matter {
            place,
            procedure,
            item,
            title,
        })
    }

    fn items(&self, procedure: Procedure) -> Vec<&DutyItem> {
        let all = self.duty.items();
        all.filter(|it| it.procedure == procedure).collect()
    }

    fn point(&self, dice: &mut Pcg64Mcg, place: &Place) -> Point {
        let mut within = |low: f64, high: f64| {
            // Not on an edge, which it would share with a neighbour.
            low + (high - low) * dice.random_range(0.05..0.95)
        };
        let ([west, south], [east, north]) = (place.low, place.high);
        Point {
            lon: within(west, east),
            lat: within(south, north),
            datum: Datum::Cgcs2000,
        }
    }

    fn resident(&self, dice: &mut Pcg64Mcg, report: Report) -> Option<Handed> {
        let number = dice.random_range(0..self.people.residents().max(1));
        let by = self.people.resident(number)?;
        Some(Handed { by, report })
    }

    /// A visit is planned by somebody of the place.
    fn visit(&self, dice: &mut Pcg64Mcg, matter: &Matter<'_>, report: Report) -> Option<Handed> {
        let desk = desks(&matter.place.code).next()?;
        let roles = [(7, Role::GridWorker), (3, Role::Dispatcher)];
        let role = weighted(dice, roles)?;
        let by: Vec<&Context> = self.people.of(&desk, role).collect();
        let by = (*any(dice, &by)?).clone();
        let class = matter.item.map(|it| it.code.clone());
        let report = Report {
            class,
            urgency: Some(urgency(dice)),
            ..report
        };
        Some(Handed { by, report })
    }

    /// Something wrong comes in by every channel.
    fn incident(&self, dice: &mut Pcg64Mcg, matter: &Matter<'_>, report: Report) -> Option<Handed> {
        let class = matter.item.map(|it| it.code.clone());
        let urgency = urgency(dice);
        let report = Report {
            class: class.clone().filter(|_| percent(dice, 30)),
            urgency: percent(dice, 50).then_some(urgency),
            danger: urgency == Urgency::Emergency && percent(dice, 30),
            ..report
        };
        let ways = [
            (38, Way::Account),
            (12, Way::Phone),
            (20, Way::Hotline),
            (8, Way::Counter),
            (15, Way::Round),
            (4, Way::Sensor),
            (3, Way::Open311),
        ];
        let street = desks(&matter.place.code).nth(1)?;
        let community = desks(&matter.place.code).next()?;
        let hotline = crate::demo::organisation::department_of("hotline");
        let by = match weighted(dice, ways)? {
            Way::Account => return self.resident(dice, report),
            Way::Phone => {
                let hash = phone::hash(&self.app.domain, &number(dice));
                let by = self.people.phone(&hash);
                return Some(Handed { by, report });
            }
            Way::Hotline => self.people.of(&hotline, Role::HotlineAgent).collect(),
            Way::Counter => self.people.of(&street, Role::CounterClerk).collect(),
            Way::Round => {
                let by: Vec<&Context> = self.people.of(&community, Role::GridWorker).collect();
                let by = (*any(dice, &by)?).clone();
                return Some(Handed { by, report });
            }
            Way::Sensor => {
                let by = self.people.sensors().clone();
                return Some(Handed {
                    by,
                    report: Report { class, ..report },
                });
            }
            Way::Open311 => {
                let by = self.people.machine()?.clone();
                return Some(Handed { by, report });
            }
        };
        let by: Vec<&Context> = by;
        let by = (*any(dice, &by)?).clone();
        let report = Report {
            contact_name: Some("来电来访人（模拟）".to_owned()),
            contact_phone: Some(number(dice)),
            ..report
        };
        Some(Handed { by, report })
    }
}

#[derive(Clone, Copy)]
enum Way {
    Account,
    Phone,
    Hotline,
    Counter,
    Round,
    Sensor,
    Open311,
}

fn urgency(dice: &mut Pcg64Mcg) -> Urgency {
    let often = [
        (80, Urgency::Normal),
        (15, Urgency::Urgent),
        (5, Urgency::Emergency),
    ];
    dice::weighted(dice, often).unwrap_or(Urgency::Normal)
}

/// A made-up number, of those that the demonstration uses: nothing is ever sent to it.
fn number(dice: &mut Pcg64Mcg) -> String {
    format!("1990{:07}", dice.random_range(0..10_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_as_many_reports_as_its_city_is_large() {
        let count = |residents| {
            (0..30)
                .map(|it| day(Dice::new(1), it, residents).len())
                .sum::<usize>()
        };
        assert!((7_500..12_500).contains(&count(20_000)));
        assert!(count(60) >= 30);
        let times = day(Dice::new(1), 3, 20_000);
        assert!(times.is_sorted() && times.iter().all(|(at, _)| (0..86_400).contains(at)));
    }
}
