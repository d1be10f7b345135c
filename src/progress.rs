//! Bars on a terminal, one log line a stage elsewhere.
//!
//! A stage takes a [`Bar`] and ticks it; whether and how it is shown is decided
//! once, here. Nothing in any output depends on it.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How much is told on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// A line a stage, or bars on a terminal.
    Normal,
    /// Lines with counts, even on a terminal.
    Verbose,
}

/// Tells the user how far the run is.
#[derive(Clone, Debug)]
pub struct Progress {
    verbosity: Verbosity,
    bars: bool,
}

impl Progress {
    /// Progress for standard error: bars if it is a terminal and not verbose.
    pub fn new(verbosity: Verbosity) -> Self {
        let bars = verbosity == Verbosity::Normal && std::io::stderr().is_terminal();
        Self { verbosity, bars }
    }

    /// Tells nothing; for tests and libraries.
    pub fn silent() -> Self {
        Self { verbosity: Verbosity::Quiet, bars: false }
    }

    /// How much is told.
    pub fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    /// Begins a piece of work of `total` units (`rows`, `bytes`, `pairs`, `files`).
    pub fn begin(&self, name: &'static str, total: u64, unit: &'static str) -> Bar {
        let bar = if self.bars {
            ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr())
                .with_style(style(unit))
                .with_message(name)
        } else {
            ProgressBar::hidden()
        };
        if self.bars {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Bar {
            shown: bar,
            name,
            unit,
            began: Instant::now(),
            log: self.verbosity >= Verbosity::Normal && !self.bars,
        }
    }

    /// One line on standard error, unless quiet.
    pub fn note(&self, line: &str) {
        if self.verbosity > Verbosity::Quiet {
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
}

fn style(unit: &str) -> ProgressStyle {
    let rate = if unit == "bytes" {
        "{bytes}/{total_bytes} {bytes_per_sec}".to_owned()
    } else {
        format!("{{human_pos}}/{{human_len}} {unit} {{per_sec}}")
    };
    ProgressStyle::with_template(&format!("{{msg:<12}} {{bar:30}} {rate} ETA {{eta}}"))
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// One piece of work under way. Finished, and logged, when dropped.
#[derive(Debug)]
pub struct Bar {
    shown: ProgressBar,
    name: &'static str,
    unit: &'static str,
    began: Instant,
    log: bool,
}

impl Bar {
    /// So many units more are done. May be called from any thread.
    pub fn add(&self, units: u64) {
        self.shown.inc(units);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.shown.finish_and_clear();
        if self.log {
            let (done, seconds) = (self.shown.position(), self.began.elapsed().as_secs_f64());
            let _ = writeln!(std::io::stderr(), "{:<12} {done} {} in {seconds:.1} s", self.name, self.unit);
        }
    }
}
