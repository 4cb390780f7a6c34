//! Finds the files of a base, regardless of the case of their names.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::companion::Par;
use crate::error::{Error, ErrorKind, Result};

/// The files of one base.
#[derive(Debug, Clone)]
pub struct Files {
    mst: PathBuf,
    /// The parameter file, and the root of the server.
    par: Option<(Par, PathBuf)>,
}

impl Files {
    /// Finds the files of a base, given the name of one of them: master file, cross reference, dictionary,
    /// parameter file (`.par`), or their common name without extension.
    ///
    /// A parameter file names folders relative to the root of the server, which may be any folder above its
    /// own; if these do not exist, the files are expected beside it.
    ///
    /// # Errors
    /// [`ErrorKind::Read`] if there is no master file.
    pub fn find(path: &Path) -> Result<Files> {
        let has_extension = |wanted: &str| {
            path.extension().is_some_and(|found| found.to_string_lossy().eq_ignore_ascii_case(wanted))
        };
        if has_extension("par") {
            let par = Par::parse(&fs::read(path).map_err(|error| Error::read(error).with_path(path))?)?;
            let folder = path.parent().unwrap_or(Path::new(""));
            let found = match par.path(2) {
                Some(named) => resolve(folder, named, path, "mst"),
                None => sibling(path, "mst"),
            };
            let found = found.or_else(|| sibling(path, "mst"));
            return match found {
                Some(mst) => Ok(Files { mst, par: Some((par, folder.to_owned())) }),
                None => Err(missing(path)),
            };
        }
        if has_extension("mst") || path.is_file() && !has_extension("xrf") && !is_dictionary(path) {
            return Ok(Files { mst: path.to_owned(), par: None });
        }
        match sibling(path, "mst") {
            Some(mst) => Ok(Files { mst, par: None }),
            None => Err(missing(path)),
        }
    }

    /// Returns the path of the master file.
    pub fn mst(&self) -> &Path {
        &self.mst
    }

    /// Returns the path of the base's file with another extension, such as `xrf` or `n01`, if it exists.
    pub fn companion(&self, extension: &str) -> Option<PathBuf> {
        let line = match extension {
            "xrf" => Some(1),
            "n01" => Some(4),
            "l01" => Some(6),
            "ifp" => Some(8),
            _ => None,
        };
        let named = self
            .par
            .as_ref()
            .zip(line)
            .and_then(|((par, folder), line)| resolve(folder, par.path(line)?, &self.mst, extension));
        named.or_else(|| sibling(&self.mst, extension))
    }
}

/// Opens a file of a base for reading. An error names the file.
pub(super) fn open_file(path: impl AsRef<Path>) -> Result<File> {
    let path = path.as_ref();
    File::open(path).map_err(|error| Error::read(error).with_path(path))
}

fn is_dictionary(path: &Path) -> bool {
    let known = ["n01", "l01", "ifp"];
    path.extension()
        .is_some_and(|found| known.iter().any(|known| found.to_string_lossy().eq_ignore_ascii_case(known)))
}

fn missing(path: &Path) -> Error {
    let why = format!("no master file (.mst) belongs to {}", path.display());
    Error::new(ErrorKind::Read(io::Error::new(io::ErrorKind::NotFound, why)))
}

/// Returns the file with the name of `path` and another extension, in any case, preferably the same case.
fn sibling(path: &Path, extension: &str) -> Option<PathBuf> {
    let plain = path.with_extension(extension);
    if plain.is_file() {
        return Some(plain);
    }
    let stem = path.file_stem()?.to_string_lossy();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    in_folder(folder, &format!("{stem}.{extension}"), false)
}

/// Returns the entry of a folder with this name, in any case.
fn in_folder(folder: &Path, name: &str, is_folder: bool) -> Option<PathBuf> {
    let name = name.to_lowercase();
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.file_name().is_some_and(|found| found.to_string_lossy().to_lowercase() == name))
        .filter(|path| if is_folder { path.is_dir() } else { path.is_file() })
        .collect();
    found.sort();
    found.into_iter().next()
}

/// Returns the path of a file in the folder that a parameter file names.
fn resolve(par_folder: &Path, named: &str, base: &Path, extension: &str) -> Option<PathBuf> {
    let parts: Vec<&str> = named
        .split(['\\', '/'])
        .filter(|part| !part.is_empty() && *part != "." && !part.contains(':'))
        .collect();
    if parts.contains(&"..") {
        return None;
    }
    let stem = base.file_stem()?.to_string_lossy();
    let par_folder = fs::canonicalize(match par_folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => par_folder,
    });
    for root in par_folder.ok()?.ancestors().take(8) {
        let folder = parts.iter().try_fold(root.to_owned(), |folder, part| in_folder(&folder, part, true));
        let found = folder.and_then(|folder| in_folder(&folder, &format!("{stem}.{extension}"), false));
        if found.is_some() {
            return found;
        }
    }
    None
}
