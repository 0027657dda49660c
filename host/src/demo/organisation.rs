//! Who works in the demonstration: offices, people and their posts. Made up, all of it; only the
//! divisions are real.

use crate::{
    db::units::Unit,
    grid::{Division, DivisionLevel},
    identity::Role,
};

/// The street whose people serve it alone; a second set of people serves the other nine.
pub const STREET: &str = "310101022";
/// Where the residents live: Xintiandi 新天地.
pub const COMMUNITY: &str = "310101022027";
const DISTRICT: &str = "310101";

/// The district's departments: kind, as the duty list names leads; Chinese and English name.
#[rustfmt::skip]
const DEPARTMENTS: [(&str, &str, &str); 13] = [
    ("construction", "区建设和管理委员会", "Construction and Management Commission"),
    ("urban-management", "区城市管理行政执法局", "Urban Management Bureau"),
    ("emergency", "区应急管理局", "Emergency Management Bureau"),
    ("greening", "区绿化和市容管理局", "Greening and City Appearance Bureau"),
    ("housing", "区住房保障和房屋管理局", "Housing Bureau"),
    ("market", "区市场监督管理局", "Market Regulation Bureau"),
    ("police", "公安分局", "Public Security Sub-bureau"),
    ("water", "区水务管理部门", "Water Authority"),
    ("ecology", "区生态环境局", "Ecology and Environment Bureau"),
    ("civil-affairs", "区民政局", "Civil Affairs Bureau"),
    ("data", "区数据局", "Data Bureau"),
    ("hotline", "12345热线工作站", "12345 Hotline Desk"),
    ("verification", "区网格化核查中心", "Grid Verification Centre"),
];

/// What each street has besides its desk: kind, Chinese and English end of the name.
#[rustfmt::skip]
const TEAMS: [(&str, &str, &str); 9] = [
    ("construction", "市政养护队", "Street Works Team"),
    ("urban-management", "综合行政执法队", "Urban Management Team"),
    ("emergency", "安全管理办公室", "Safety Office"),
    ("greening", "绿化市容所", "Greening Team"),
    ("housing", "房管办事处", "Housing Office"),
    ("market", "市场监督管理所", "Market Regulation Office"),
    ("police", "派出所", "Police Station"),
    ("street-office", "社区服务办公室", "Community Services Office"),
    ("civil-affairs", "社会救助事务所", "Social Assistance Office"),
];

/// Departments that do the work their classes ask for; the last three do not.
const WORKING: usize = DEPARTMENTS.len() - 3;

fn desk_of(division: &str) -> String {
    format!("u-{division}")
}

fn team_of(street: &str, kind: &str) -> String {
    format!("u-{street}-{kind}")
}

fn department_of(kind: &str) -> String {
    format!("dept-{kind}")
}

/// Every office: the district and its departments, the streets and their teams, the communities.
/// Those above come before those below.
pub fn offices(divisions: &[Division]) -> Vec<Unit> {
    let mut units = Vec::new();
    for it in divisions {
        match it.level {
            DivisionLevel::District => {
                let name = (
                    "黄浦区城市运行管理中心",
                    "Huangpu District Operations Centre",
                );
                units.push(desk(it, name.0.to_owned(), name.1.to_owned(), None));
                units.extend(DEPARTMENTS.map(|department| department_unit(it, department)));
            }
            DivisionLevel::Street => {
                let name = format!("{}办事处", it.name);
                units.push(desk(
                    it,
                    name,
                    format!("{} Office", it.name_en),
                    Some(DISTRICT),
                ));
                units.extend(TEAMS.map(|team| team_unit(it, team)));
            }
            DivisionLevel::Community => {
                let (name, name_en) = (it.name.clone(), it.name_en.clone());
                units.push(desk(it, name, name_en, it.parent.as_deref()));
            }
            DivisionLevel::Province | DivisionLevel::City | DivisionLevel::Cell => {}
        }
    }
    units
}

/// What founded a unit of the demonstration: made up like the unit, and saying so.
fn instrument(place: &str, name: &str) -> String {
    format!("演示虚构（synthetic）：演编〔2000〕{place}号《关于设立{name}的通知》")
}

fn desk(division: &Division, name_zh: String, name_en: String, above: Option<&str>) -> Unit {
    Unit {
        id: desk_of(&division.code),
        instrument: Some(instrument(&division.code, &name_zh)),
        lent: None,
        name_zh,
        name_en,
        kind: "desk".to_owned(),
        division: division.code.clone(),
        parent: above.map(desk_of),
    }
}

fn department_unit(district: &Division, (kind, zh, en): (&str, &str, &str)) -> Unit {
    Unit {
        id: department_of(kind),
        name_zh: zh.to_owned(),
        name_en: en.to_owned(),
        kind: kind.to_owned(),
        division: district.code.clone(),
        parent: Some(desk_of(&district.code)),
        instrument: Some(instrument(&district.code, zh)),
        lent: None,
    }
}

fn team_unit(street: &Division, (kind, zh, en): (&str, &str, &str)) -> Unit {
    Unit {
        id: team_of(&street.code, kind),
        name_zh: format!("{}{zh}", street.name),
        instrument: Some(instrument(&street.code, zh)),
        lent: None,
        name_en: format!("{} {en}", street.name_en),
        kind: kind.to_owned(),
        division: street.code.clone(),
        parent: Some(desk_of(&street.code)),
    }
}

/// Someone with an account in the demonstration.
#[derive(Clone, Debug)]
pub struct Worker {
    /// What they sign in with.
    pub login: &'static str,
    /// The name they are shown by.
    pub name: &'static str,
    /// What they do, for the printed table.
    pub task: &'static str,
    /// Their role; a resident has no post.
    pub role: Role,
    /// The units they hold that role in.
    pub units: Vec<String>,
    /// A resident's phone number; made up, and nothing is ever sent to it.
    pub phone: Option<&'static str>,
}

/// Everyone with an account. Each role of the platform is held by someone, and a report anywhere
/// in the district finds people who file it, pass it on, mend and check.
#[rustfmt::skip] // a table
pub fn workers(divisions: &[Division]) -> Vec<Worker> {
    let desks = |level, here| {
        codes(divisions, level, here)
            .map(desk_of)
            .collect::<Vec<_>>()
    };
    let teams = |here| {
        let streets = codes(divisions, DivisionLevel::Street, here);
        let of_street = |street| TEAMS.map(|(kind, ..)| team_of(street, kind));
        streets.flat_map(of_street).collect::<Vec<_>>()
    };
    let working = DEPARTMENTS.iter().take(WORKING);
    let departments = working.map(|(kind, ..)| department_of(kind)).collect();
    let (street, community) = (DivisionLevel::Street, DivisionLevel::Community);
    let district = || vec![desk_of(DISTRICT)];
    let department = |kind| vec![department_of(kind)];
    let who = |login, name, task, role, units| Worker { login, name, task, role, units, phone: None };
    let resident = |login, name, task, phone| Worker {
        phone: Some(phone),
        ..who(login, name, task, Role::Resident, vec![])
    };
    vec![
        resident("resident", "林小满", "居民 · a resident", "19900000001"),
        resident("resident2", "周一鸣", "居民 · another resident", "19900000002"),
        resident("elder", "王秀英", "独居老人 · lives alone; “resident” is her daughter", "19900000003"),
        who("clerk", "郑晓", "街道窗口 · counter clerk", Role::CounterClerk, vec![desk_of(STREET)]),
        who("hotline", "何静怡", "热线坐席 · 12345 hotline", Role::HotlineAgent, department("hotline")),
        who("gridworker", "吴迪", "网格员 · grid worker (1)", Role::GridWorker, desks(community, true)),
        who("community", "陈岚", "社区受理 · community desks (1)", Role::Dispatcher, desks(community, true)),
        who("street", "许诺", "街道派单 · street desk (1)", Role::Dispatcher, desks(street, true)),
        who("handler", "马建国", "街道处置 · street teams (1)", Role::Handler, teams(true)),
        who("teacher", "孟老师", "社区课堂 · holds courses (1)", Role::Handler, vec![team_of(STREET, "street-office")]),
        who("gridworker2", "李想", "网格员 · grid worker (2)", Role::GridWorker, desks(community, false)),
        who("community2", "方圆", "社区受理 · community desks (2)", Role::Dispatcher, desks(community, false)),
        who("street2", "潘海燕", "街道派单 · street desks (2)", Role::Dispatcher, desks(street, false)),
        who("handler2", "高山", "街道处置 · street teams (2)", Role::Handler, teams(false)),
        who("district", "沈佳", "区级派单 · district desk", Role::Dispatcher, district()),
        who("bureau", "罗志强", "区级处置 · district departments", Role::Handler, departments),
        who("verifier", "宋瑶", "独立核查 · independent check", Role::Verifier, department("verification")),
        who("supervisor", "唐文静", "区级监督 · district supervisor", Role::Supervisor, district()),
        who("supervisor2", "谢宁宁", "街道监督 · street supervisor (1)", Role::Supervisor, desks(street, true)),
        who("dutykeeper", "韩敏", "权责清单 · duty list", Role::DutyKeeper, district()),
        who("developer", "袁梦", "应急局开发 · department developer", Role::DepartmentDeveloper, department("emergency")),
        who("developer2", "蒋帆", "民政局开发 · department developer", Role::DepartmentDeveloper, department("civil-affairs")),
        who("reviewer", "曹颖慧", "服务评审 · plugin reviewer", Role::PluginReviewer, department("data")),
        who("reviewer2", "彭飞", "服务评审 · plugin reviewer", Role::PluginReviewer, department("data")),
        who("admin", "董洁", "管理员 · administrator", Role::Administrator, district()),
        who("admin2", "叶青", "管理员 · administrator", Role::Administrator, district()),
    ]
}

/// The codes of a level, within [`STREET`] or outside it.
fn codes(divisions: &[Division], level: DivisionLevel, here: bool) -> impl Iterator<Item = &str> {
    divisions
        .iter()
        .filter(move |it| it.level == level && it.code.starts_with(STREET) == here)
        .map(|it| it.code.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cases::duty::DutyList, grid::huangpu, time::Timestamp};
    use std::collections::{HashMap, HashSet};

    fn divisions() -> Vec<Division> {
        huangpu(Timestamp::from_micros(0)).unwrap().divisions
    }

    #[test]
    fn every_role_is_held_and_every_unit_exists() {
        let units: HashSet<String> = offices(&divisions()).into_iter().map(|it| it.id).collect();
        let workers = workers(&divisions());
        let held: HashSet<Role> = workers.iter().map(|it| it.role).collect();
        assert_eq!(held.len(), Role::ALL.len());
        for worker in &workers {
            assert!(
                worker.units.iter().all(|it| units.contains(it)),
                "{}",
                worker.login
            );
        }
        let logins: HashSet<_> = workers.iter().map(|it| it.login).collect();
        assert_eq!(logins.len(), workers.len());
    }

    /// Whatever class is filed in whatever community: on the way up there is a unit that answers
    /// for it, with someone in it who does the work.
    #[test]
    fn every_class_finds_hands_everywhere() {
        let offices = offices(&divisions());
        let handled: HashSet<String> = workers(&divisions())
            .into_iter()
            .filter(|it| it.role == Role::Handler)
            .flat_map(|it| it.units)
            .collect();
        let by_place: HashMap<(&str, &str), &str> = offices
            .iter()
            .map(|it| ((it.division.as_str(), it.kind.as_str()), it.id.as_str()))
            .collect();
        let list = DutyList::first().unwrap();
        for street in offices
            .iter()
            .filter(|it| it.kind == "desk" && it.division.len() == 9)
        {
            for item in list.items() {
                let lead = [street.division.as_str(), DISTRICT]
                    .into_iter()
                    .find_map(|at| by_place.get(&(at, item.lead.as_str())));
                let lead = lead.unwrap_or_else(|| panic!("{} in {}", item.code, street.id));
                assert!(handled.contains(*lead), "{lead}");
            }
        }
    }
}
