//! Clocks: real time, time that runs faster, and time that jumps.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::data::Timestamp;

/// What to do about a time that has not come yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// It has come now.
    Over,
    /// Wait this long, or until something happens.
    Sleep(Duration),
}

/// Tells the time of an execution.
pub trait Clock: Send {
    /// The time now; it never runs back.
    fn now(&mut self) -> Timestamp;

    /// How to wait for `time`, by who is at work meanwhile.
    fn wait_for(&mut self, time: Timestamp, busy: Busy) -> Pause;

    /// A clock for an execution that this one began, which starts at `at` where time is not the
    /// same for all.
    fn fork(&mut self, at: Timestamp) -> Box<dyn Clock>;

    /// Whether forks have times of their own: an execution that has ended there tells when.
    fn is_virtual(&self) -> bool {
        false
    }
}

/// Who is at work while an execution waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Busy {
    /// Nobody: only time will make a difference.
    Nobody,
    /// Executions that this one began, and that tell when they ended.
    Children,
    /// Somebody outside, whose work takes as long as it takes.
    Outside,
}

fn system_now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn until(now: Timestamp, time: Timestamp) -> Pause {
    match u64::try_from(time.since(now)) {
        Ok(0) | Err(_) => Pause::Over,
        Ok(millis) => Pause::Sleep(Duration::from_millis(millis)),
    }
}

/// The time outside, from a start that may be another.
#[derive(Clone, Debug)]
pub struct RealClock {
    start: Timestamp,
    began: Instant,
}

impl RealClock {
    /// A clock that shows `start` now, or the time of day.
    #[must_use]
    pub fn new(start: Option<Timestamp>) -> Self {
        Self {
            start: start.unwrap_or_else(system_now),
            began: Instant::now(),
        }
    }
}

impl Clock for RealClock {
    fn now(&mut self) -> Timestamp {
        self.start.plus_millis(millis(self.began.elapsed()))
    }

    fn wait_for(&mut self, time: Timestamp, _: Busy) -> Pause {
        until(self.now(), time)
    }

    fn fork(&mut self, _: Timestamp) -> Box<dyn Clock> {
        Box::new(self.clone())
    }
}

/// Time that runs a number of times as fast as outside.
#[derive(Clone, Debug)]
pub struct ScaledClock {
    real: RealClock,
    factor: f64,
}

impl ScaledClock {
    /// A clock that runs `factor` times as fast; the factor is above 0.
    #[must_use]
    pub fn new(start: Option<Timestamp>, factor: f64) -> Self {
        Self {
            real: RealClock::new(start),
            factor,
        }
    }
}

impl Clock for ScaledClock {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "saturates after 292 million years"
    )]
    fn now(&mut self) -> Timestamp {
        let passed = self.real.began.elapsed().as_secs_f64() * self.factor;
        self.real.start.plus_millis((passed * 1000.0) as i64)
    }

    fn wait_for(&mut self, time: Timestamp, _: Busy) -> Pause {
        match until(self.now(), time) {
            Pause::Over => Pause::Over,
            Pause::Sleep(duration) => {
                // Rounded up: a sleep that ends a fraction early would only be repeated.
                let seconds = (duration.as_secs_f64() / self.factor).min(86_400.0 * 365.0);
                Pause::Sleep(Duration::from_secs_f64(seconds) + Duration::from_millis(1))
            }
        }
    }

    fn fork(&mut self, _: Timestamp) -> Box<dyn Clock> {
        Box::new(self.clone())
    }
}

/// Time that stands still while something is decided, jumps over waits, and passes as it does
/// outside while a real handler is at work.
#[derive(Debug)]
pub struct VirtualClock {
    now: Timestamp,
    busy_since: Option<Instant>,
    /// When the children began that are waited for.
    children_since: Option<Instant>,
}

/// How long time stands still for children. They tell when they ended, so that their end comes at
/// the same time in every run; but one of them may itself wait for somebody outside, or for us.
const CHILDREN_HOLD_TIME: Duration = Duration::from_secs(1);

impl VirtualClock {
    /// A clock that shows `start` now, or the time of day.
    #[must_use]
    pub fn new(start: Option<Timestamp>) -> Self {
        Self {
            now: start.unwrap_or_else(system_now),
            busy_since: None,
            children_since: None,
        }
    }

    /// Counts the time that passed outside while somebody was at work.
    fn catch_up(&mut self) {
        if let Some(since) = self.busy_since.take() {
            self.now = self.now.plus_millis(millis(since.elapsed()));
        }
    }
}

impl Clock for VirtualClock {
    fn now(&mut self) -> Timestamp {
        self.catch_up();
        self.now
    }

    fn wait_for(&mut self, time: Timestamp, busy: Busy) -> Pause {
        self.catch_up();
        if busy != Busy::Children {
            self.children_since = None;
        }
        match busy {
            Busy::Nobody => {
                self.now = self.now.max(time);
                return Pause::Over;
            }
            Busy::Children => {
                let since = self.children_since.get_or_insert_with(Instant::now);
                if since.elapsed() < CHILDREN_HOLD_TIME {
                    return Pause::Sleep(CHILDREN_HOLD_TIME);
                }
            }
            Busy::Outside => {}
        }
        self.busy_since = Some(Instant::now());
        until(self.now, time)
    }

    fn fork(&mut self, at: Timestamp) -> Box<dyn Clock> {
        // Whoever begins now has all the time that those before had.
        self.children_since = None;
        Box::new(Self::new(Some(at)))
    }

    fn is_virtual(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_time_jumps_only_while_nobody_works() {
        let mut clock = VirtualClock::new(Some(Timestamp(1000)));
        let year = Timestamp(1000).plus_seconds(31_536_000);
        assert!(matches!(
            clock.wait_for(year, Busy::Outside),
            Pause::Sleep(_)
        ));
        assert_eq!(clock.wait_for(year, Busy::Nobody), Pause::Over);
        assert_eq!(clock.now(), year);
    }

    #[test]
    fn virtual_time_stands_still_for_children() {
        let mut clock = VirtualClock::new(Some(Timestamp(1000)));
        let later = Timestamp(1001);
        assert!(matches!(
            clock.wait_for(later, Busy::Children),
            Pause::Sleep(_)
        ));
        assert_eq!(clock.now(), Timestamp(1000));
        assert_eq!(clock.fork(later).now(), later);
    }

    #[test]
    fn a_scaled_clock_sleeps_less() {
        let mut clock = ScaledClock::new(Some(Timestamp(0)), 1000.0);
        let Pause::Sleep(pause) = clock.wait_for(Timestamp(100_000_000), Busy::Nobody) else {
            panic!("that time has not come");
        };
        assert!(pause <= Duration::from_millis(100_001), "{pause:?}");
    }
}
