//! The kinds of hazard: what residents choose from, the class of the duty list each one is, and
//! the words that give it away. A table; no judgement.

/// A kind of hazard.
#[derive(Debug)]
pub struct Kind {
    /// Its name in forms and in the ids of messages.
    pub id: &'static str,
    /// Its class in the duty list.
    pub class: &'static str,
    /// Words that name it, in Chinese and in lower-case English.
    pub words: &'static [&'static str],
}

/// Every kind, the more dangerous first: a cable hanging from a lamp post is a cable.
#[rustfmt::skip] // a table
pub const KINDS: [Kind; 14] = [
    Kind { id: "gas", class: "E0403", words: &["燃气", "煤气", "天然气", "smell of gas", "gas leak", "gas smell", "smell gas", "smells of gas"] },
    Kind { id: "cable", class: "P0105", words: &["电线", "线缆", "电缆", "漏电", "触电", "wire", "cable"] },
    Kind { id: "signal", class: "P0201", words: &["红绿灯", "信号灯", "traffic light"] },
    Kind { id: "exit", class: "E0401", words: &["消防通道", "安全出口", "疏散通道", "fire exit", "fire lane", "escape route", "emergency exit"] },
    Kind { id: "charging", class: "E0402", words: &["飞线", "违规充电", "电瓶车", "电动自行车", "电动车充电", "e-bike", "ebike", "electric bike"] },
    Kind { id: "hydrant", class: "P0106", words: &["消火栓", "消防栓", "hydrant"] },
    Kind { id: "lift", class: "P0502", words: &["电梯", "lift", "elevator"] },
    Kind { id: "facade", class: "P0501", words: &["外墙", "墙砖", "墙皮", "facade", "façade", "wall tile"] },
    Kind { id: "tree", class: "P0401", words: &["大树", "树枝", "行道树", "断枝", "树倒", "tree", "branch"] },
    Kind { id: "cover", class: "P0102", words: &["井盖", "窨井", "manhole", "drain cover"] },
    Kind { id: "sign", class: "E0202", words: &["招牌", "广告牌", "店招", "billboard", "shop sign", "signboard"] },
    Kind { id: "rail", class: "P0203", words: &["护栏", "栏杆", "guard rail", "guardrail", "railing"] },
    Kind { id: "lamp", class: "P0101", words: &["路灯", "街灯", "street lamp", "street light", "streetlight", "lamp"] },
    Kind { id: "water", class: "E0104", words: &["积水", "flooded", "flooding"] },
];

/// The kind of that name.
pub fn by_id(id: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.id == id)
}

/// The kind of that class.
pub fn by_class(class: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.class == class)
}

/// The first of `words` that the text names. `text` is in lower case. English words must stand by
/// themselves, in the plural too; Chinese needs no gaps.
pub fn named(text: &str, words: &[&'static str]) -> Option<&'static str> {
    words.iter().copied().find(|word| {
        text.match_indices(word).any(|(at, _)| {
            if !word.is_ascii() {
                return true;
            }
            let before = text.get(..at).unwrap_or_default();
            let after = text.get(at + word.len()..).unwrap_or_default();
            let after = after.strip_prefix('s').unwrap_or(after);
            let inside = |it: char| it.is_ascii_alphanumeric();
            !before.ends_with(inside) && !after.starts_with(inside)
        })
    })
}
