//! A file that has its name when it is complete.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::temporary;

/// Where an output goes. It is thrown away unless [`Target::finish`] is called.
pub(crate) struct Target {
    /// The temporary file, and the name it is to have; none for what is no plain file.
    names: Option<(PathBuf, PathBuf)>,
}

pub(crate) type Sink = Box<dyn Write + Send>;

impl Target {
    /// Opens an output; `-` is standard output. A plain file, one that is not there yet, and the one that a symbolic link
    /// leads to, are written under a temporary name beside it; anything else, such as a device, is written directly.
    pub(crate) fn open(path: &Path) -> io::Result<(Target, Sink)> {
        if path.as_os_str() == "-" {
            return Ok((Target { names: None }, Box::new(io::stdout())));
        }
        let target = fs::canonicalize(path).ok().filter(|target| target.is_file());
        let path = target.as_deref().unwrap_or(path);
        let replaced = match fs::symlink_metadata(path) {
            Ok(own) if own.is_file() => {
                // A file that must not be written must not be replaced either.
                File::options().write(true).open(path)?;
                Some(own.permissions())
            }
            Ok(_) => {
                let file = File::options().write(true).create(true).truncate(true).open(path)?;
                return Ok((Target { names: None }, Box::new(file)));
            }
            Err(why) if why.kind() == io::ErrorKind::NotFound => None,
            Err(why) => return Err(why),
        };
        let mut numbers = 0u32..1000;
        loop {
            let number = numbers.next().ok_or(io::ErrorKind::AlreadyExists)?;
            let temporary = path.with_file_name(format!(".kartoteka-{}-{number}.tmp", std::process::id()));
            match temporary::create(&temporary) {
                Ok(file) => {
                    let target = Target { names: Some((temporary, path.to_owned())) };
                    if let Some(permissions) = replaced {
                        file.set_permissions(permissions)?;
                    }
                    return Ok((target, Box::new(file)));
                }
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
                Err(why) => return Err(why),
            }
        }
    }

    /// Gives the file its name. All must have been written, and the sink dropped.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        if let Some((temporary, name)) = &self.names {
            fs::rename(temporary, name)?;
            temporary::forget(temporary);
            self.names = None;
        }
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some((temporary, _)) = &self.names {
            temporary::remove(temporary);
        }
    }
}

/// Whether two paths name one file, which need not be there.
pub(crate) fn is_one_place(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match (fs::canonicalize(path), fs::canonicalize(folder), path.file_name()) {
            (Ok(place), ..) => place,
            (_, Ok(folder), Some(name)) => folder.join(name),
            _ => path.to_owned(),
        }
    };
    place(one) == place(other)
}
