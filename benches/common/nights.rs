//! Whole nights by the program itself, and what its books say of them.

use std::path::Path;
use std::process::Command;

/// One stage of a night.
#[derive(Clone, Debug)]
pub(crate) struct StageFigures {
    pub(crate) name: String,
    pub(crate) seconds: f64,
    pub(crate) peak_bytes: u64,
}

/// A night's books, as far as benches look at them.
#[derive(Clone, Debug)]
pub(crate) struct NightFigures {
    pub(crate) rows: u64,
    pub(crate) parts: usize,
    pub(crate) stages: Vec<StageFigures>,
    /// What was found: the same of every night on the same data.
    pub(crate) counts: String,
}

impl NightFigures {
    /// Seconds of all stages.
    pub(crate) fn seconds(&self) -> f64 {
        self.stages.iter().map(|stage| stage.seconds).sum()
    }

    /// Most memory of any stage.
    pub(crate) fn peak_bytes(&self) -> u64 {
        self.stages.iter().map(|stage| stage.peak_bytes).max().unwrap_or(0)
    }
}

/// Runs a night in a process of its own, so that no other has left anything in its memory, and drops
/// its output.
///
/// # Panics
/// Where the night does not end well or loses a row: its figures would mean nothing.
pub(crate) fn night(province: &Path, out: &Path, more: &[&str]) -> NightFigures {
    let done = Command::new(env!("CARGO_BIN_EXE_doisoat"))
        .args(["run", "--quiet", "--run-id", "bench", "--input"])
        .args([province.as_os_str(), "--out".as_ref(), out.as_os_str()])
        .args(more)
        .output()
        .expect("the program can be started");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let json = std::fs::read(out.join("bench/run.json")).expect("every run has its books");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("run.json is JSON");
    std::fs::remove_dir_all(out).expect("the bench's own folder");
    figures(&json)
}

fn figures(json: &serde_json::Value) -> NightFigures {
    let list = |key: &str| json[key].as_array().cloned().unwrap_or_default();
    let mut rows = 0;
    for source in list("sources") {
        assert_eq!(source["rows_read"], source["rows_kept"], "generated rows are all well-formed");
        rows += source["rows_kept"].as_u64().unwrap_or(0);
    }
    let stage = |stage: &serde_json::Value| StageFigures {
        name: stage["name"].as_str().unwrap_or_default().to_owned(),
        seconds: stage["seconds"].as_f64().unwrap_or_default(),
        peak_bytes: stage["peak_memory_bytes"].as_u64().unwrap_or_default(),
    };
    NightFigures {
        rows,
        parts: list("parts").len().max(1),
        stages: list("stages").iter().map(stage).collect(),
        counts: json["counts"].to_string(),
    }
}

/// Seconds that polars takes to read a province's CSV files into memory, by a Python that has it: that of
/// `DOISOAT_BENCH_PYTHON`, else `python3`. This program's own polars has no readers, which would
/// lengthen its build by half.
pub(crate) fn polars_reads(province: &Path) -> Option<f64> {
    const SCRIPT: &str = "import sys, time, glob, polars\nfiles = sorted(glob.glob(sys.argv[1] + '/*.csv'))\n\
        began = time.perf_counter()\n\
        rows = sum(polars.read_csv(file, infer_schema=False).height for file in files)\n\
        print(time.perf_counter() - began)\nassert rows > 0\n";
    let python = std::env::var("DOISOAT_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let done = Command::new(python).args(["-c", SCRIPT]).arg(province).output().ok()?;
    String::from_utf8(done.stdout).ok().filter(|_| done.status.success())?.trim().parse().ok()
}
