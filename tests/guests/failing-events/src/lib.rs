//! Is told of every case of its class, and fails each time: it refuses, or breaks down when the
//! case is an emergency.

use onedoor_sdk::{Error, Event, Events, Result, cases::Urgency, register};

struct Guest;
register!(Guest: events);

impl Events for Guest {
    fn on_event(event: Event) -> Result<()> {
        if event.case.urgency == Urgency::Emergency {
            panic!("an emergency");
        }
        Err(Error::Other("never".to_owned()))
    }
}
