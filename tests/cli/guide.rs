//! The page that leads from IRBIS to Koha: each command in it is run, and prints what stands under it.

use std::fs;
use std::process::Command;

use crate::common::program::scratch;

const PAGE: &str = "src/crosswalk/guide.md";

/// The blocks of the page in this language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let begin = format!("```{language}\n");
    page.split(&begin).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn each_command_prints_what_the_page_says() {
    let folder = scratch("guide");
    for end in ["mst", "xrf"] {
        fs::copy(format!("fixtures/isis/irbis64.{end}"), folder.join(format!("base.{end}"))).unwrap();
    }
    let page = fs::read_to_string(PAGE).unwrap();
    fs::write(folder.join("ours.toml"), &blocks(&page, "toml")[0]).unwrap();
    let mut fresh = page.clone();
    let mut run = 0;
    for block in blocks(&page, "text") {
        let mut now = String::new();
        for line in block.lines().filter_map(|line| line.strip_prefix("$ kartoteka ")) {
            let output = Command::new(env!("CARGO_BIN_EXE_kartoteka"))
                .args(line.split(' '))
                .current_dir(&folder)
                .output()
                .unwrap();
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{line}: {error}");
            now.push_str(&format!("$ kartoteka {line}\n{}", String::from_utf8(output.stdout).unwrap()));
            run += 1;
        }
        fresh = fresh.replace(&format!("```text\n{block}```"), &format!("```text\n{now}```"));
    }
    assert!(run >= 6, "{run}");
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(PAGE, fresh).unwrap();
    } else {
        assert_eq!(fresh, page);
    }
}
