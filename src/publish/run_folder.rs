//! A run's folder: hidden while it is written, renamed into place when whole.
//!
//! Order of writes, and what a crash after each leaves:
//!
//! | step | a crash after it leaves |
//! |---|---|
//! | 1. `out/.<run id>.tmp-<pid>/` made and locked, files written into it | the hidden folder, which the next run removes; `latest` as it was |
//! | 2. every file and folder in it flushed to disk (fsync) | the same |
//! | 3. renamed to `out/<run id>/`, `out` flushed | a whole run; `latest` still names the run before it, whole too |
//! | 4. `out/.latest.tmp-<pid>` made, naming the new run | the same, and that one link or file, which the next run removes |
//! | 5. renamed onto `out/latest`, `out` flushed | the new run, named by `latest` |
//!
//! Assumed of the disk: a rename within one folder happens wholly or not at
//! all, and is not seen before what was flushed ahead of it. Local file systems
//! of Linux, macOS and Windows and NFS keep to that; object stores mounted as
//! folders do not.
//!
//! A hidden folder is known to be dead by its lock: the run that writes it
//! holds an advisory lock on the folder, which the system gives back when the
//! process ends, however it ends. A process number would not do, since numbers
//! are used again and are not the same in every container. Where locks are not
//! to be had (Windows locks no folders), leftovers are left alone.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::problem::unwritable;
use crate::diagnostic::{Diagnostic, Outcome, Place, printable};
use crate::private;

/// Longest run id; file systems allow 255 bytes a name, and the hidden name is longer.
const RUN_ID_CHARS_MAX: usize = 100;
/// The link or file that names the newest complete run.
const LATEST: &str = "latest";

/// A run that is being written. Dropped before it is committed, it leaves nothing.
#[derive(Debug)]
pub struct RunFolder {
    out: PathBuf,
    run_id: String,
    hidden: PathBuf,
    /// Held, not read: the lock tells other runs that this one is alive.
    _lock: Option<File>,
    committed: bool,
}

impl RunFolder {
    /// Makes the hidden folder of a new run, after removing what dead runs left.
    ///
    /// # Errors
    /// `PUB-001` for an id that cannot name a folder, `PUB-002` where the run is
    /// there already, `PUB-003` where `out` cannot be written.
    pub fn begin(out: &Path, run_id: &str) -> Outcome<Self> {
        check_run_id(run_id)?;
        let failed = |error: io::Error| unwritable("PUB-003", out, &error);
        private::create_dir(out).map_err(failed)?;
        let _one_at_a_time = lock_folder(out);
        absent(out, run_id)?;
        remove_leftovers(out);
        let hidden = out.join(format!(".{run_id}.tmp-{}", std::process::id()));
        if fs::symlink_metadata(&hidden).is_ok() {
            return Err(taken(&hidden, "is being written by another run").into());
        }
        private::create_dir(&hidden).map_err(failed)?;
        let lock = File::open(&hidden).ok().filter(|folder| folder.try_lock().is_ok());
        Ok(Self { out: out.to_owned(), run_id: run_id.to_owned(), hidden, _lock: lock, committed: false })
    }

    /// The folder to write into. Its name is gone once the run is committed.
    pub fn path(&self) -> &Path {
        &self.hidden
    }

    /// Flushes the run to disk, renames it into place and points `out/latest`
    /// at it. Gives the folder's final path.
    ///
    /// # Errors
    /// `PUB-004` where it cannot be flushed or renamed: `latest` names the run
    /// before it, as ever. `PUB-002` where another run took the name meanwhile. `PUB-009`
    /// where `latest` cannot be changed: the run is there, whole, under its id.
    pub fn commit(mut self) -> Outcome<PathBuf> {
        flush_all(&self.hidden).map_err(|error| unwritable("PUB-004", &self.hidden, &error))?;
        let _one_at_a_time = lock_folder(&self.out);
        let path = self.place()?;
        point_latest(&self.out, &self.run_id).map_err(|error| latest_unchanged(&self.out, &error))?;
        Ok(path)
    }

    /// The same without step 4, for a run that was stopped early: `latest` stays as it was.
    ///
    /// # Errors
    /// `PUB-002` and `PUB-004` as [`RunFolder::commit`].
    pub fn keep(mut self) -> Outcome<PathBuf> {
        flush_all(&self.hidden).map_err(|error| unwritable("PUB-004", &self.hidden, &error))?;
        let _one_at_a_time = lock_folder(&self.out);
        self.place()
    }

    /// Step 3: the flushed folder gets its final name.
    fn place(&mut self) -> Outcome<PathBuf> {
        absent(&self.out, &self.run_id)?;
        let path = self.out.join(&self.run_id);
        fs::rename(&self.hidden, &path).map_err(|error| unwritable("PUB-004", &path, &error))?;
        self.committed = true;
        flush(&self.out).map_err(|error| unwritable("PUB-004", &self.out, &error))?;
        Ok(path)
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        if !self.committed {
            // What cannot be removed now is removed by the next run.
            let _ = fs::remove_dir_all(&self.hidden);
        }
    }
}

/// Whether a text can be a run's id: ASCII letters, digits, `-`, `_` and `.`,
/// a letter or digit first, and not `latest`.
///
/// # Errors
/// `PUB-001`, saying what is wrong.
pub fn check_run_id(run_id: &str) -> Outcome<()> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let wrong = if run_id.is_empty() {
        "is empty"
    } else if run_id.len() > RUN_ID_CHARS_MAX {
        "is too long"
    } else if !run_id.chars().all(allowed) {
        "has a character that a folder's name should not have"
    } else if !run_id.starts_with(|c: char| c.is_ascii_alphanumeric()) || run_id.ends_with('.') {
        "begins or ends with a mark"
    } else if run_id.eq_ignore_ascii_case(LATEST) {
        "is the name of the link to the newest run"
    } else {
        return Ok(());
    };
    let shown: String = printable(run_id).chars().take(RUN_ID_CHARS_MAX).collect();
    let help = format!(
        "give up to {RUN_ID_CHARS_MAX} ASCII letters, digits, `-`, `_` and `.` with --run-id, a letter or \
         digit first; or leave it out for the time of the run"
    );
    Err(Diagnostic::error("PUB-001", None, format!("run id `{shown}` {wrong}"), help).into())
}

fn absent(out: &Path, run_id: &str) -> Outcome<()> {
    let path = out.join(run_id);
    match fs::symlink_metadata(&path) {
        Ok(_) => Err(taken(&path, "is there already").into()),
        Err(_) => Ok(()),
    }
}

fn taken(path: &Path, what: &str) -> Diagnostic {
    Diagnostic::error(
        "PUB-002",
        Place::file(path.display().to_string()),
        format!("this run {what}"),
        "give another --run-id, or move the older run away if it is to be made again",
    )
}

/// Locks a folder until the handle is dropped; `None` where the system has no such lock.
fn lock_folder(folder: &Path) -> Option<File> {
    File::open(folder).ok().filter(|folder| folder.lock().is_ok())
}

/// Removes what runs that ended without finishing left in `out`. The caller
/// holds the lock of `out`, so that no run is between making its folder and locking it.
fn remove_leftovers(out: &Path) {
    let Ok(entries) = fs::read_dir(out) else { return };
    for entry in entries.filter_map(Result::ok).filter(|entry| is_leftover_name(&entry.file_name())) {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if is_dead(&path) {
                let _ = fs::remove_dir_all(&path);
            }
        } else {
            // A link or file for `latest` lives only while `out` is locked, which it is by us.
            let _ = fs::remove_file(&path);
        }
    }
}

/// `.<something>.tmp-<digits>`
fn is_leftover_name(name: &OsStr) -> bool {
    let hidden =
        name.to_str().and_then(|name| name.strip_prefix('.')).and_then(|name| name.rsplit_once(".tmp-"));
    hidden
        .is_some_and(|(id, pid)| !id.is_empty() && !pid.is_empty() && pid.bytes().all(|b| b.is_ascii_digit()))
}

fn is_dead(folder: &Path) -> bool {
    match File::open(folder).map(|folder| folder.try_lock()) {
        Ok(Ok(())) => true,
        Ok(Err(TryLockError::WouldBlock | TryLockError::Error(_))) | Err(_) => false,
    }
}

/// Flushes every file and folder below, deepest first, then the folder itself.
fn flush_all(folder: &Path) -> io::Result<()> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    entries.sort();
    for path in entries {
        let kind = fs::symlink_metadata(&path)?.file_type();
        if kind.is_dir() {
            flush_all(&path)?;
        } else if kind.is_file() {
            File::open(&path)?.sync_all()?;
        }
    }
    flush(folder)
}

/// Flushes a folder's list of names. Windows has no such thing and needs none.
fn flush(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Points `latest` at the run by one rename, so that it always names a whole run.
fn point_latest(out: &Path, run_id: &str) -> io::Result<()> {
    let latest = out.join(LATEST);
    let next = out.join(format!(".{LATEST}.tmp-{}", std::process::id()));
    let made = make_pointer(&next, run_id).and_then(|()| fs::rename(&next, &latest));
    if made.is_err() {
        let _ = fs::remove_file(&next);
    }
    made?;
    flush(out)
}

/// A relative link, so that the whole of `out` may be moved; where the system
/// or disk has no links, a text file that holds the run's id.
fn make_pointer(path: &Path, run_id: &str) -> io::Result<()> {
    #[cfg(unix)]
    if std::os::unix::fs::symlink(run_id, path).is_ok() {
        return Ok(());
    }
    let mut file = private::create_file(path)?;
    io::Write::write_all(&mut file, format!("{run_id}\n").as_bytes())?;
    file.sync_all()
}

fn latest_unchanged(out: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error(
        "PUB-009",
        Place::file(out.join(LATEST).display().to_string()),
        format!("cannot be pointed at the new run, which is complete under its own id: {error}"),
        "move away what stands there under the name `latest`; the next run will make it anew",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(out: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(out).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn latest(out: &Path) -> String {
        fs::read_to_string(out.join(LATEST).join("a")).unwrap()
    }

    fn run(out: &Path, run_id: &str) -> PathBuf {
        let folder = RunFolder::begin(out, run_id).unwrap();
        private::write_file(&folder.path().join("a"), run_id.as_bytes()).unwrap();
        folder.commit().unwrap()
    }

    #[test]
    fn a_committed_run_stands_under_its_id_and_latest_names_the_newest() {
        let out = tempfile::tempdir().unwrap();
        assert_eq!(run(out.path(), "1"), out.path().join("1"));
        assert_eq!(latest(out.path()), "1");
        run(out.path(), "2");
        assert_eq!(latest(out.path()), "2");
        assert_eq!(names(out.path()), ["1", "2", "latest"]);
    }

    #[test]
    fn a_run_given_up_leaves_nothing() {
        let out = tempfile::tempdir().unwrap();
        run(out.path(), "1");
        let folder = RunFolder::begin(out.path(), "2").unwrap();
        private::write_file(&folder.path().join("a"), b"half").unwrap();
        drop(folder);
        assert_eq!(names(out.path()), ["1", "latest"]);
        assert_eq!(latest(out.path()), "1");
    }

    #[test]
    fn a_run_is_never_written_over() {
        let out = tempfile::tempdir().unwrap();
        run(out.path(), "1");
        let failure = RunFolder::begin(out.path(), "1").unwrap_err();
        assert_eq!(failure.diagnostics[0].code, "PUB-002");
        // Two runs of one id at once: the second to finish must not win.
        let folder = RunFolder::begin(out.path(), "2").unwrap();
        fs::create_dir(out.path().join("2")).unwrap();
        assert_eq!(folder.commit().unwrap_err().diagnostics[0].code, "PUB-002");
        assert_eq!(latest(out.path()), "1");
    }

    #[test]
    fn a_living_run_is_left_alone_and_a_dead_one_removed() {
        let out = tempfile::tempdir().unwrap();
        let alive = RunFolder::begin(out.path(), "1").unwrap();
        let dead = out.path().join(".0.tmp-1");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join("half"), "x").unwrap();
        fs::write(out.path().join(".latest.tmp-1"), "0").unwrap();
        fs::write(out.path().join(".keep"), "mine").unwrap();
        let second = RunFolder::begin(out.path(), "2").unwrap();
        assert!(alive.path().is_dir() && second.path().is_dir());
        assert!(cfg!(not(unix)) || !dead.exists());
        assert!(!out.path().join(".latest.tmp-1").exists());
        assert!(out.path().join(".keep").exists());
    }

    /// Steps 3 and 4 of the table above, each with nothing after it.
    #[test]
    fn a_run_killed_while_it_is_committed_leaves_latest_with_a_whole_run() {
        let out = tempfile::tempdir().unwrap();
        run(out.path(), "1");
        let mut folder = RunFolder::begin(out.path(), "2").unwrap();
        private::write_file(&folder.path().join("a"), b"2").unwrap();
        folder.place().unwrap();
        std::mem::forget(folder);
        assert_eq!(latest(out.path()), "1");
        make_pointer(&out.path().join(".latest.tmp-1"), "2").unwrap();
        assert_eq!(latest(out.path()), "1");
        run(out.path(), "3");
        assert_eq!(latest(out.path()), "3");
        assert_eq!(names(out.path()), ["1", "2", "3", "latest"]);
    }

    #[test]
    fn what_stands_in_the_place_of_latest_is_reported_and_the_run_kept() {
        let out = tempfile::tempdir().unwrap();
        fs::create_dir(out.path().join(LATEST)).unwrap();
        let folder = RunFolder::begin(out.path(), "1").unwrap();
        assert_eq!(folder.commit().unwrap_err().diagnostics[0].code, "PUB-009");
        assert_eq!(names(out.path()), ["1", "latest"]);
    }

    #[test]
    fn an_id_that_could_leave_the_folder_is_refused() {
        let long = "x".repeat(RUN_ID_CHARS_MAX + 1);
        for id in ["", ".", "..", ".x", "a/b", "a\\b", "-x", "a b", "latest", "đ", "a.", "a\n", &long] {
            let failure = check_run_id(id).unwrap_err();
            assert_eq!(failure.diagnostics[0].code, "PUB-001", "{id}");
        }
        for id in ["20261121T220734Z", "2026-11-21_a.b", "0"] {
            assert!(check_run_id(id).is_ok(), "{id}");
        }
    }

    #[test]
    fn an_output_folder_that_is_a_file_is_an_error_with_a_remedy() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("out");
        fs::write(&out, "x").unwrap();
        let failure = RunFolder::begin(&out, "1").unwrap_err();
        assert_eq!(failure.diagnostics[0].code, "PUB-003");
        assert!(failure.diagnostics[0].help.contains("--out"));
    }
}
