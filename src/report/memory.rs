//! How long a stage took, how much work that was and how much memory it held at most.

use std::time::Instant;

use super::facts::StageFacts;

/// Measures one stage. Stages follow one another: a second clock begun before
/// the first is finished takes the first one's peak away.
#[derive(Debug)]
pub struct StageClock {
    name: &'static str,
    began: Instant,
    worked_before: Option<f64>,
    memory: bool,
}

impl StageClock {
    /// Begins a stage.
    pub fn begin(name: &'static str) -> Self {
        Self { name, began: Instant::now(), worked_before: processor_seconds(), memory: reset_peak() }
    }

    /// The stage is done: rows (or pairs, findings) it was given and handed on.
    pub fn finish(self, rows_in: u64, rows_out: u64) -> StageFacts {
        StageFacts {
            name: self.name.to_owned(),
            rows_in,
            rows_out,
            seconds: self.began.elapsed().as_secs_f64(),
            processor_seconds: processor_seconds().zip(self.worked_before).map(|(now, before)| now - before),
            peak_memory_bytes: if self.memory { peak_bytes() } else { None },
        }
    }
}

/// Parts of a second that Linux tells processor time in, whatever its own clock (`USER_HZ`, time(7)).
const TICKS: f64 = 100.0;

/// What all threads of the process worked so far, in the system's name too; `None` where the system does not tell.
pub(super) fn processor_seconds() -> Option<f64> {
    worked_in(&std::fs::read_to_string("/proc/self/stat").ok()?)
}

/// Fields 14 and 15 of `/proc/self/stat`, counted behind the program's name, which may hold anything.
fn worked_in(stat: &str) -> Option<f64> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    let mut ticks = behind_name.split_ascii_whitespace().skip(11).map(str::parse::<u64>);
    let (user, system) = (ticks.next()?.ok()?, ticks.next()?.ok()?);
    Some((user + system) as f64 / TICKS)
}

/// Begins a new peak. False where the system does not let us, so that a peak
/// read later would belong to the whole process.
///
/// On Linux writing `5` to `clear_refs` sets the peak back to what is resident
/// now (proc(5)); elsewhere nothing is done.
pub fn reset_peak() -> bool {
    cfg!(target_os = "linux") && std::fs::write("/proc/self/clear_refs", "5").is_ok()
}

/// Most bytes resident since the last [`reset_peak`], or since the process
/// began; `None` where the system does not tell.
pub fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    peak_in(&status)
}

/// The line `VmHWM:     1234 kB` of `/proc/self/status`; the unit is always kB of 1024 bytes.
fn peak_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_in_bytes() {
        assert_eq!(peak_in("Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t 1 kB\n"), Some(2_097_152));
        assert_eq!(peak_in("Name:\tx\n"), None);
        assert_eq!(peak_in("VmHWM: many kB\n"), None);
    }

    #[test]
    fn work_is_read_behind_any_program_s_name() {
        let stat = "7 (a) b (c)) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 1 1 20 0 3 0 99 1000 50";
        assert_eq!(worked_in(stat), Some(3.0));
        assert_eq!(worked_in("7 (a) S 1"), None);
        assert_eq!(worked_in(""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_stage_that_holds_much_memory_shows_it() {
        let clock = StageClock::begin("test");
        let held = std::hint::black_box(vec![1_u8; 64 << 20]);
        let bytes = held.len() as u64;
        let facts = clock.finish(1, 2);
        assert_eq!((facts.rows_in, facts.rows_out), (1, 2));
        if let Some(peak) = facts.peak_memory_bytes {
            assert!(peak >= bytes, "{peak}");
        }
        drop(held);
    }
}
