//! An alarm becomes a case, and somebody nearby is sent to look. More of the same sensor within
//! half an hour is a remark on that case; what is told twice is done once.

use onedoor_sdk::{
    Error, Place, Result, Signal, Value,
    cases::{self, Draft},
};

use crate::devices::{self, Device, Sensor};

/// The class of a patrol, in the duty list.
pub const PATROL: &str = "V0201";
/// How long an alarm goes on after its last message, in milliseconds.
const LASTS: i64 = 30 * 60 * 1000;

/// What a sensor says.
struct Said {
    sensor: Sensor,
    alarm: bool,
    place: Place,
    reading: Option<String>,
    battery: Option<i64>,
}

/// Takes a message.
pub fn receive(signal: &Signal) -> Result<()> {
    let said = read(signal)?;
    if !said.alarm {
        return devices::change(&signal.source, |device| heard(device, signal, &said)).map(drop);
    }
    let running = still_open(&signal.source)?;
    let device = devices::change(&signal.source, |device| {
        let mut device = heard(device, signal, &said)?;
        let goes_on = signal.at - device.alarmed < LASTS && (device.case.is_empty() || running);
        if device.alarm.is_empty() || !(goes_on || device.alarm == signal.id) {
            device.alarm.clone_from(&signal.id);
            device.case = String::new();
        }
        device.alarmed = device.alarmed.max(signal.at);
        Ok(device)
    })?;
    // Whoever is first, or comes again after a failure, opens the same case under the same key.
    let case = opened(&device)?;
    if device.case.is_empty() {
        keep(&signal.source, &device.alarm, &case)?;
    }
    if device.alarm != signal.id {
        let more = match &said.reading {
            Some(reading) => format!("同一设备再次报警，读数 {reading}"),
            None => "同一设备再次报警".to_owned(),
        };
        return match cases::comment(&case, &signal.id, &more) {
            // Closed at this very moment: it was seen to.
            Err(Error::Conflict(_)) => Ok(()),
            done => done,
        };
    }
    Ok(())
}

fn read(signal: &Signal) -> Result<Said> {
    let changed = || Error::Conflict("inbox-changed".to_owned());
    let choice = |field: &str| match signal.answer(field) {
        Some(Value::Choice(it)) => Some(it.as_str()),
        _ => None,
    };
    Ok(Said {
        sensor: choice("sensor")
            .and_then(Sensor::from_name)
            .ok_or_else(changed)?,
        alarm: choice("what") == Some("alarm"),
        place: devices::place(signal.answer("place")).ok_or_else(changed)?,
        reading: match signal.answer("reading") {
            Some(Value::Decimal(it)) => Some(it.clone()),
            _ => None,
        },
        battery: match signal.answer("battery") {
            Some(Value::Integer(it)) => Some(*it),
            _ => None,
        },
    })
}

fn heard(device: Option<Device>, signal: &Signal, said: &Said) -> Result<Device> {
    let Some(mut device) = device else {
        let mut device = Device::new(said.sensor, &said.place, signal.at)?;
        device.battery = said.battery;
        return Ok(device);
    };
    // A message that comes late does not take it back to an older place or battery.
    if signal.at >= device.heard {
        device.hangs(&said.place)?;
        device.sensor = said.sensor;
        device.heard = signal.at;
        device.battery = said.battery.or(device.battery);
    }
    Ok(device)
}

/// Whether the case of the alarm that runs is still being worked on.
fn still_open(source: &str) -> Result<bool> {
    let case = devices::find(source)?.map(|it| it.case).unwrap_or_default();
    if case.is_empty() {
        return Ok(false);
    }
    match cases::get(&case) {
        Ok(case) => Ok(!case.state.is_over()),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The case of the alarm that runs, with somebody sent to look.
fn opened(device: &Device) -> Result<String> {
    if !device.case.is_empty() {
        return Ok(device.case.clone());
    }
    let title = device.sensor.title();
    let draft = |class: &str, title: String, description: String| Draft {
        class: class.to_owned(),
        title,
        description,
        place: device.location(),
        urgency: Some(device.sensor.urgency()),
        reason: None,
        files: Vec::new(),
        about: None,
    };
    let about = "由感知设备自动上报。请先确认是否误报，确有险情立即处置。";
    let alarm = draft(device.sensor.class(), title.to_owned(), about.to_owned());
    let case = cases::open(&format!("a-{}", device.alarm), &alarm)?;
    let look = format!("请就近到场查看，核实报警。对应事件 {}。", case.number);
    let patrol = draft(PATROL, format!("现场查看：{title}"), look);
    let patrol = cases::open(&format!("p-{}", device.alarm), &patrol)?;
    let sent = format!("已安排就近巡查，编号 {}。", patrol.number);
    match cases::comment(&case.id, &format!("s-{}", device.alarm), &sent) {
        Ok(()) | Err(Error::Conflict(_)) => {}
        Err(error) => return Err(error),
    }
    Ok(case.id)
}

/// Keeps which case an alarm became, unless another alarm has begun.
fn keep(source: &str, alarm: &str, case: &str) -> Result<()> {
    devices::change(source, |device| {
        let mut device = device.ok_or(Error::NotFound)?;
        if device.alarm == alarm {
            device.case = case.to_owned();
        }
        Ok(device)
    })
    .map(drop)
}
