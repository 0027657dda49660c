//! The host's side of the imports, natively: one file for each interface of the contract, with the
//! signatures that the bindings have.

pub mod cases;
pub mod grid;
pub mod identity;
pub mod keyvalue;
pub mod notify;
pub mod records;

/// The clock.
pub mod clock {
    use crate::{Instant, testing::with_host};

    pub fn now() -> Instant {
        with_host("clock.now", |host| host.now)
    }

    pub fn today() -> String {
        with_host("clock.today", |host| host.today().to_string())
    }
}

/// Randomness: the same in each run of a test.
pub mod random {
    use crate::testing::with_host;

    pub fn bytes(n: u32) -> Vec<u8> {
        assert!(
            n <= 1024,
            "at most 1,024 random bytes; the real host ends the call"
        );
        with_host("random.bytes", |host| {
            (0..n).map(|_| next(&mut host.seed)).collect()
        })
    }

    /// Marsaglia's xorshift.
    fn next(seed: &mut u64) -> u8 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        (*seed >> 32) as u8
    }
}

/// The log: dropped where no call runs, so that builders may be used anywhere.
pub mod log {
    use crate::{
        log::Severity,
        testing::{CURRENT, state},
    };

    const LINES: usize = 100;
    const BYTES: usize = 4096;

    pub fn write(severity: Severity, text: &str) {
        let Some(host) = CURRENT.with(|it| it.borrow().clone()) else {
            return;
        };
        let host: &mut state::Host = &mut host.borrow_mut();
        host.called("log.write");
        host.lines += 1;
        if host.lines <= LINES {
            let cut = text.floor_char_boundary(BYTES);
            host.log
                .push((severity, text.get(..cut).unwrap_or_default().to_owned()));
        }
    }
}
