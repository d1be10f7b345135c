//! The rules folder: the one compiled in, or one on disk.

use std::fs;
use std::path::Path;

use include_dir::{Dir, DirEntry, include_dir};
use sha2::{Digest, Sha256};

use super::overlay::laid_over;
use crate::diagnostic::{Diagnostic, Failure, Outcome, Place};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");

/// Files of the folder that are read; anything else in it is documentation.
const READ: [&str; 2] = ["toml", "tsv"];
/// No rules file needs more; a larger one is a mistake, such as an extract put in the folder.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// One text file of a rules folder.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// Path below the folder with `/` between names: `checks/song/deceased-but-resident.toml`.
    pub path: String,
    /// The name that messages use: the folder as the user gave it, and the path.
    pub shown: String,
    /// The whole text.
    pub text: String,
}

impl RuleFile {
    /// Whether its name ends so: `.toml`, `.tsv`.
    pub fn is(&self, ending: &str) -> bool {
        self.path.ends_with(ending)
    }
}

/// All files of a rules folder, sorted by path.
#[derive(Clone, Debug)]
pub struct RulesFolder {
    /// The files that are read, sorted by path.
    pub files: Vec<RuleFile>,
}

impl RulesFolder {
    /// The default rules, compiled into the program.
    pub fn embedded() -> Self {
        let mut files = Vec::new();
        collect_embedded(&EMBEDDED, &mut files);
        Self::sorted(files)
    }

    /// The rules of a folder on disk, with what it lacks of the default rules if its `rules.toml` says so.
    ///
    /// # Errors
    /// Every file that cannot be read as UTF-8 text, all at once; every mistake of `rules.toml`.
    pub fn open(folder: &Path) -> Outcome<Self> {
        let mut files = Vec::new();
        let mut diagnostics = Vec::new();
        collect_disk(folder, folder, &mut files, &mut diagnostics);
        if files.is_empty() && diagnostics.is_empty() {
            diagnostics.push(Diagnostic::error(
                "SET-001",
                Place::file(folder.display().to_string()),
                "no .toml file in the rules folder",
                "write the default rules there first: doisoat rules export DIR",
            ));
        }
        if !diagnostics.is_empty() {
            return Err(Failure { diagnostics });
        }
        Ok(Self::sorted(laid_over(files, || Self::embedded().files)?))
    }

    /// Files below a sub-folder, such as `checks/`.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a RuleFile> {
        self.files.iter().filter(move |file| file.path.starts_with(prefix))
    }

    /// A file by its whole path.
    pub fn file(&self, path: &str) -> Option<&RuleFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// SHA-256 over paths and texts in order, in hex: what rules a run was made with.
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        for file in &self.files {
            for part in [&file.path, &file.text] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        hex(&hash.finalize())
    }

    fn sorted(mut files: Vec<RuleFile>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { files }
    }
}

/// The default rules folder whole, documentation included: path and bytes, sorted by path.
pub fn embedded_files() -> Vec<(String, &'static [u8])> {
    fn walk(dir: &'static Dir<'static>, out: &mut Vec<(String, &'static [u8])>) {
        for entry in dir.entries() {
            match entry {
                DirEntry::Dir(dir) => walk(dir, out),
                DirEntry::File(file) => out.push((slashed(file.path()), file.contents())),
            }
        }
    }
    let mut out = Vec::new();
    walk(&EMBEDDED, &mut out);
    out.sort_by(|a, b| a.0.cmp(&b.0));
    out
}

/// Lower-case hex of some bytes.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn is_read(path: &Path) -> bool {
    path.extension().and_then(|e| e.to_str()).is_some_and(|e| READ.contains(&e))
}

fn slashed(path: &Path) -> String {
    path.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn collect_embedded(dir: &Dir<'_>, files: &mut Vec<RuleFile>) {
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(dir) => collect_embedded(dir, files),
            DirEntry::File(file) if is_read(file.path()) => {
                let path = slashed(file.path());
                let text = file.contents_utf8().unwrap_or_default().to_owned();
                files.push(RuleFile { shown: format!("rules/{path}"), path, text });
            }
            DirEntry::File(_) => {}
        }
    }
}

fn collect_disk(root: &Path, dir: &Path, files: &mut Vec<RuleFile>, diagnostics: &mut Vec<Diagnostic>) {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => {
            diagnostics.push(unreadable(dir, &error.to_string()));
            return;
        }
    };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.is_dir() {
            collect_disk(root, &path, files, diagnostics);
        } else if is_read(&path) {
            match read_text(&path) {
                Ok(text) => files.push(RuleFile {
                    path: slashed(path.strip_prefix(root).unwrap_or(&path)),
                    shown: path.display().to_string(),
                    text,
                }),
                Err(why) => diagnostics.push(unreadable(&path, &why)),
            }
        }
    }
}

fn read_text(path: &Path) -> Result<String, String> {
    let bytes = fs::metadata(path).map_err(|e| e.to_string())?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(format!("{bytes} bytes, more than a rules file may have ({FILE_BYTES_MAX})"));
    }
    let text = fs::read(path).map_err(|e| e.to_string())?;
    String::from_utf8(text).map_err(|e| format!("not UTF-8 from byte {}", e.utf8_error().valid_up_to()))
}

fn unreadable(path: &Path, why: &str) -> Diagnostic {
    Diagnostic::error(
        "SET-002",
        Place::file(path.display().to_string()),
        format!("cannot be read: {why}"),
        "give a readable rules folder with --rules, or leave the option out for the default rules",
    )
}
