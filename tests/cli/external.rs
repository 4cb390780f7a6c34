//! Commands that are programs on the PATH, and `--help`.

use std::fs;
use std::path::Path;

use crate::common::program::{MARC21, command, run, says, scratch, status, stdout};

/// A script on the PATH, as `kartoteka-NAME`.
#[cfg(unix)]
fn script(folder: &Path, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
#[test]
fn programs_on_the_path_are_commands() {
    use std::os::unix::process::ExitStatusExt;
    let folder = scratch("programs");
    script(&folder, "kartoteka-shelve", "#!/bin/sh\nfor word; do echo \"[$word]\"; done\ncat\nexit 7\n");
    script(&folder, "kartoteka-count", "#!/bin/sh\necho never\n");
    script(&folder, "kartoteka-killed", "#!/bin/sh\nkill -TERM $$\n");
    fs::write(folder.join("kartoteka-notes"), "no program").unwrap();
    let path = std::env::join_paths([folder.clone(), "/usr/bin".into(), "/bin".into()]).unwrap();
    let run_there = |arguments: &[&str]| command(arguments).env("PATH", &path).output().unwrap();

    let output = run_there(&["shelve", "--to", "a b", "-h", "--", ""]);
    assert_eq!((status(&output), stdout(&output).as_str()), (7, "[--to]\n[a b]\n[-h]\n[--]\n[]\n"));
    assert_eq!(stdout(&run_there(&["help", "shelve"])), "[--help]\n");
    assert_eq!(run_there(&["killed"]).status.signal(), Some(15));
    // What is built in wins, and what cannot be run is no command.
    assert_eq!(stdout(&run_there(&["count", MARC21])), stdout(&run(&["count", MARC21])));
    for unknown in ["notes", "./shelve", "shelves", ""] {
        let output = run_there(&[unknown, MARC21]);
        assert_eq!((status(&output), stdout(&output).as_str()), (2, ""), "{unknown}");
        says(&output, &["error: unrecognized subcommand", "For more information, try '--help'."]);
    }
    says(&run_there(&["conver", MARC21]), &["some similar subcommands exist: "]);

    let help = stdout(&run_there(&["--help"]));
    let listed: Vec<_> = help.lines().filter(|line| line.contains("kartoteka-")).collect();
    let program = |name: &str| format!("  {name}  {}", folder.join(format!("kartoteka-{name}")).display());
    assert_eq!(listed, [program("killed"), program("shelve")]);
    assert!(!stdout(&run(&["--help"])).contains("on the PATH"));
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_written_is_2() {
    for arguments in [&["--help"][..], &["--version"], &["convert", "--help"], &["help", "count"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(arguments).stdout(full).output().unwrap();
        assert_eq!(status(&output), 2, "{arguments:?}");
        says(&output, &["stdout: cannot write"]);
    }
}
