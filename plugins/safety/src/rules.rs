//! What a report is and how soon it must be dealt with, by its words and the hour. Pure rules in
//! both languages; they propose, a dispatcher decides, so each answer names the words it rests on.

use onedoor_sdk::{Instant, Report, Suggestion, Text, cases::Urgency, msg};

use crate::kinds::{KINDS, Kind, by_class, named};

/// China keeps one time, eight hours ahead.
const ZONE_HOURS: i64 = 8;
const HOUR: i64 = 3_600_000;

/// What is known of a hazard.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// The reporter's words.
    pub words: &'a str,
    /// The class the reporter chose.
    pub class: Option<&'a str>,
    /// The hour of the day, 0 to 23.
    pub hour: u8,
    /// Bare wires can be seen.
    pub bare_wire: bool,
    /// Somebody cannot get out.
    pub trapped: bool,
}

/// What the rules make of it.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// What it is.
    pub kind: &'static Kind,
    /// How soon it must be dealt with.
    pub urgency: Urgency,
    /// The message that says why.
    pub reason: &'static str,
    /// The words it rests on; empty when it rests on the class alone.
    pub found: String,
    /// 0 to 1.
    pub confidence: f64,
}

impl Judgement {
    /// Why, for the dispatcher.
    pub fn text(&self) -> Text {
        if self.found.is_empty() {
            return msg(self.reason);
        }
        msg(self.reason).with("words", self.found.as_str())
    }
}

/// A rule: words, where they count, and what follows.
struct Rule {
    urgency: Urgency,
    reason: &'static str,
    /// The kinds it is about; empty means any.
    kinds: &'static [&'static str],
    /// Counts only from dusk to dawn.
    at_night: bool,
    words: &'static [&'static str],
}

const ANY: &[&str] = &[];

/// The first that holds decides: danger to life before danger, danger before nuisance.
#[rustfmt::skip] // a table
const RULES: [Rule; 11] = [
    Rule { urgency: Urgency::Emergency, reason: "reason-fire", kinds: ANY, at_night: false, words: &["起火", "着火", "冒烟", "失火", "on fire", "burning", "smoke"] },
    Rule { urgency: Urgency::Emergency, reason: "reason-hurt", kinds: ANY, at_night: false, words: &["受伤", "流血", "晕倒", "砸到人", "injured", "hurt", "bleeding", "unconscious"] },
    Rule { urgency: Urgency::Emergency, reason: "reason-trapped", kinds: ANY, at_night: false, words: &["被困", "困在", "困人", "trapped", "stuck inside"] },
    Rule { urgency: Urgency::Emergency, reason: "reason-wire", kinds: &["cable", "lamp", "charging", "signal"], at_night: false, words: &["裸露", "外露", "漏电", "触电", "火花", "断线", "exposed", "bare", "live wire", "spark", "sparking", "electric shock"] },
    Rule { urgency: Urgency::Emergency, reason: "reason-gas", kinds: &["gas"], at_night: false, words: &["泄漏", "泄露", "异味", "味道", "气味", "煤气味", "燃气味", "leak", "smell"] },
    Rule { urgency: Urgency::Emergency, reason: "reason-hole-dark", kinds: &["cover"], at_night: true, words: &["缺失", "不见", "没有", "没了", "敞开", "掉下去", "missing", "gone", "open", "fell in"] },
    Rule { urgency: Urgency::Urgent, reason: "reason-hole", kinds: &["cover"], at_night: false, words: &["缺失", "不见", "没有", "没了", "敞开", "missing", "gone", "open"] },
    Rule { urgency: Urgency::Urgent, reason: "reason-crossing", kinds: &["lamp"], at_night: true, words: &["学校", "小学", "中学", "幼儿园", "校门", "斑马线", "人行横道", "路口", "school", "crossing", "crosswalk", "kindergarten", "junction"] },
    Rule { urgency: Urgency::Urgent, reason: "reason-falling", kinds: &["facade", "tree", "sign", "cable"], at_night: false, words: &["掉落", "脱落", "坠落", "倒伏", "摇摇欲坠", "砸", "挡路", "垂", "falling", "fallen", "hanging", "about to fall", "blocking"] },
    Rule { urgency: Urgency::Urgent, reason: "reason-blocked", kinds: &["exit"], at_night: false, words: &["堵", "占用", "锁", "封", "blocked", "locked", "parked"] },
    Rule { urgency: Urgency::Urgent, reason: "reason-signal", kinds: &["signal"], at_night: false, words: &["不亮", "全灭", "故障", "坏", "out", "dark", "broken", "not working"] },
];

/// The judgement; none when it is nothing that this plugin knows.
pub fn judge(facts: Facts<'_>) -> Option<Judgement> {
    let text = facts.words.to_lowercase();
    let (kind, name) = recognise(&text, facts.class)?;
    if facts.trapped {
        return Some(certain(kind, "reason-said-trapped"));
    }
    if facts.bare_wire {
        return Some(certain(kind, "reason-said-wire"));
    }
    let night = !(6..18).contains(&facts.hour);
    let fits = |rule: &&Rule| {
        (rule.kinds.is_empty() || rule.kinds.contains(&kind.id)) && (night || !rule.at_night)
    };
    let rules = RULES.iter().filter(fits);
    let mut holding = rules.filter_map(|rule| Some((rule, named(&text, rule.words)?)));
    let chosen = facts.class.is_some();
    Some(match holding.next() {
        Some((rule, word)) => Judgement {
            kind,
            urgency: rule.urgency,
            reason: rule.reason,
            found: word.to_owned(),
            confidence: if chosen || name.is_some() { 0.9 } else { 0.6 },
        },
        None => Judgement {
            kind,
            urgency: Urgency::Normal,
            reason: if name.is_some() {
                "reason-words"
            } else {
                "reason-chosen"
            },
            found: name.unwrap_or_default().to_owned(),
            confidence: if name.is_some() { 0.7 } else { 0.5 },
        },
    })
}

fn certain(kind: &'static Kind, reason: &'static str) -> Judgement {
    Judgement {
        kind,
        urgency: Urgency::Emergency,
        reason,
        found: String::new(),
        confidence: 0.9,
    }
}

/// The kind, and the word that names it. What the reporter chose stands; a class that is not ours
/// is somebody else's.
fn recognise(text: &str, class: Option<&str>) -> Option<(&'static Kind, Option<&'static str>)> {
    if let Some(class) = class {
        let kind = by_class(class)?;
        return Some((kind, named(text, kind.words)));
    }
    let mut found = KINDS
        .iter()
        .filter_map(|kind| Some((kind, named(text, kind.words)?)));
    found.next().map(|(kind, word)| (kind, Some(word)))
}

/// The proposal for a report made anywhere.
pub fn suggest(report: &Report) -> Option<Suggestion> {
    let words = format!("{}\n{}", report.title, report.description);
    let judgement = judge(Facts {
        words: &words,
        class: report.class.as_deref(),
        hour: report.hour,
        ..Facts::default()
    })?;
    Some(Suggestion {
        class: judgement.kind.class.to_owned(),
        urgency: judgement.urgency,
        confidence: judgement.confidence,
        reason: judgement.text(),
    })
}

/// The hour of the day of a moment.
pub fn hour(at: Instant) -> u8 {
    let hours = at.div_euclid(HOUR) + ZONE_HOURS;
    u8::try_from(hours.rem_euclid(24)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        words: &str,
        class: Option<&str>,
        hour: u8,
    ) -> Option<(&'static str, Urgency, &'static str)> {
        let facts = Facts {
            words,
            class,
            hour,
            ..Facts::default()
        };
        judge(facts).map(|it| (it.kind.id, it.urgency, it.reason))
    }

    #[test]
    #[rustfmt::skip] // a table
    fn words_and_hour_decide() {
        use Urgency::{Emergency, Normal, Urgent};
        let cases = [
            ("路灯坏了", 12, Some(("lamp", Normal, "reason-words"))),
            ("The street lamp is broken", 12, Some(("lamp", Normal, "reason-words"))),
            ("小学门口的路灯不亮", 20, Some(("lamp", Urgent, "reason-crossing"))),
            ("小学门口的路灯不亮", 10, Some(("lamp", Normal, "reason-words"))),
            ("Street lamps out at the school crossing", 2, Some(("lamp", Urgent, "reason-crossing"))),
            ("路灯杆电线裸露", 12, Some(("cable", Emergency, "reason-wire"))),
            ("An exposed wire hangs from the pole", 12, Some(("cable", Emergency, "reason-wire"))),
            ("井盖不见了", 12, Some(("cover", Urgent, "reason-hole"))),
            ("井盖不见了", 23, Some(("cover", Emergency, "reason-hole-dark"))),
            ("Manhole cover rattles", 23, Some(("cover", Normal, "reason-words"))),
            ("楼道里有煤气味道", 3, Some(("gas", Emergency, "reason-gas"))),
            ("There is a smell of gas", 3, Some(("gas", Emergency, "reason-gas"))),
            ("电梯里有老人被困", 9, Some(("lift", Emergency, "reason-trapped"))),
            ("消防通道被车堵住", 9, Some(("exit", Urgent, "reason-blocked"))),
            ("外墙瓷砖脱落", 9, Some(("facade", Urgent, "reason-falling"))),
            ("楼下小店太吵", 9, None),
            ("My landlord is wired", 9, None),
        ];
        for (words, hour, expected) in cases {
            assert_eq!(check(words, None, hour), expected, "{words} at {hour}");
        }
    }

    #[test]
    fn what_the_reporter_chose_stands() {
        assert_eq!(
            check("坏了", Some("P0101"), 9),
            Some(("lamp", Urgency::Normal, "reason-chosen"))
        );
        assert_eq!(
            check("电线裸露", Some("P0101"), 9),
            Some(("lamp", Urgency::Emergency, "reason-wire"))
        );
        assert_eq!(check("路灯坏了", Some("E0601"), 9), None);
    }

    #[test]
    fn what_the_form_was_told_outweighs_the_words() {
        let facts = Facts {
            words: "坏了",
            class: Some("P0502"),
            hour: 9,
            trapped: true,
            bare_wire: false,
        };
        let judgement = judge(facts).unwrap();
        assert_eq!(
            (judgement.urgency, judgement.reason),
            (Urgency::Emergency, "reason-said-trapped")
        );
    }

    #[test]
    fn the_hour_is_that_of_china() {
        assert_eq!(hour(0), 8);
        assert_eq!(hour(-9 * HOUR), 23);
        assert_eq!(hour(16 * HOUR - 1), 23);
    }
}
