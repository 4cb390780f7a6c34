//! Temporary files, which are removed when a signal ends the run, too.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The temporary files there are now.
static FILES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Makes a temporary file, and notes it. A signal that comes meanwhile waits until it is noted.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    signals::watch();
    let files = FILES.lock();
    let file = File::options().read(true).write(true).create_new(true).open(path)?;
    if let Ok(mut files) = files {
        files.push(path.to_owned());
    }
    Ok(file)
}

/// Forgets a file that has its own name now.
pub(crate) fn forget(path: &Path) {
    if let Ok(mut files) = FILES.lock() {
        files.retain(|known| known != path);
    }
}

/// Removes a file that is not wanted.
pub(crate) fn remove(path: &Path) {
    let _ = std::fs::remove_file(path);
    forget(path);
}

#[cfg(unix)]
mod signals {
    use std::sync::Once;
    use std::{fs, thread};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    /// Waits for signals on a thread, from the first call on.
    pub(super) fn watch() {
        static STARTED: Once = Once::new();
        STARTED.call_once(|| {
            let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal));
            // If signals cannot be caught, they end the run as before.
            if let Ok(mut signals) = Signals::new(wanted) {
                thread::spawn(move || {
                    for signal in signals.forever() {
                        // Held until the end, so that no other file is made.
                        let files = super::FILES.lock();
                        files
                            .iter()
                            .flat_map(|files| files.iter())
                            .for_each(|path| _ = fs::remove_file(path));
                        let _ = emulate_default_handler(signal);
                    }
                });
            }
        });
    }

    /// Returns whether a signal was ignored when the program was started, as nohup does with SIGHUP. Known on Linux only.
    fn is_ignored(signal: i32) -> bool {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        let bit = u32::try_from(signal).ok().and_then(|signal| 1u64.checked_shl(signal.checked_sub(1)?));
        mask.zip(bit).is_some_and(|(mask, bit)| mask & bit != 0)
    }
}
