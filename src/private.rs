//! Files and folders that only their owner may read, from the first byte on.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a folder and what is missing above it, each readable by its owner alone (0700).
///
/// # Errors
/// As the system gives them.
pub fn create_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes a new, empty file, readable by its owner alone (0600), for writing.
///
/// # Errors
/// As the system gives them; among them that the file is there already.
pub fn create_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a whole new file, readable by its owner alone (0600).
///
/// # Errors
/// As [`create_file`].
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    io::Write::write_all(&mut create_file(path)?, bytes)
}

/// Gives a file or folder that another writer made its private mode (0600 or 0700).
///
/// # Errors
/// As the system gives them.
pub fn restrict(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = if path.is_dir() { 0o700 } else { 0o600 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn files_and_folders_are_private_from_the_start_and_never_overwrite() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        create_dir(&folder).unwrap();
        let file = folder.join("x");
        write_file(&file, b"1").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        assert!(write_file(&file, b"2").is_err());
    }
}
