//! Menus of IRBIS as code tables.

use std::collections::BTreeMap;
use std::path::Path;

use crate::format::isis::companion::{Menu, without_comment};

/// Reads a menu (`.mnu`): codes, with what they mean. A code is found as in IRBIS: as it is, in capitals, and without the
/// comment after it.
pub(super) fn read(path: &Path) -> Result<BTreeMap<String, String>, String> {
    let fail = |why: &dyn std::fmt::Display| format!("menu {}: {why}", path.display());
    let bytes = std::fs::read(path).map_err(|why| fail(&why))?;
    let menu = Menu::parse(&bytes).map_err(|why| fail(&why))?;
    let mut table = BTreeMap::new();
    let spellings: [fn(&str) -> &str; 3] = [|code| code, str::trim, without_comment];
    for spelling in spellings {
        for entry in menu.entries.iter().filter(|entry| !entry.meaning.trim().is_empty()) {
            let code = spelling(&entry.code);
            for code in [code.to_owned(), code.to_uppercase()] {
                if !code.is_empty() {
                    table.entry(code).or_insert_with(|| entry.meaning.trim().to_owned());
                }
            }
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use crate::crosswalk::{Converter, Crosswalk, Map};
    use crate::record::{Builder, Record, Syntax};

    #[test]
    fn codes_are_looked_up_in_a_menu_beside_the_file() {
        let folder = std::env::temp_dir().join(format!("kartoteka-menu-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(
            folder.join("halls.mnu"),
            "A - hall\r\nReading room\r\nb\r\nStack\r\n*****\r\nc\r\nNot read\r\n",
        )
        .unwrap();
        let file = folder.join("ours.toml");
        let rules = "extends = \"irbis-marc21\"\n[menus]\nhalls = \"halls.mnu\"\n[[rule]]\nid = \"o.1\"\n\
                     from = \"2022^*\"\nto = \"590$a\"\ntransform = \"map(halls)\"\n";
        std::fs::write(&file, rules).unwrap();
        let crosswalk = Crosswalk::new(Map::open(&file).unwrap()).unwrap();
        for (code, meaning) in
            [("A", Some("Reading room")), ("a", Some("Reading room")), ("B", Some("Stack")), ("c", None)]
        {
            let record = Builder::new(Syntax::IRBIS)
                .field("920", |field| field.lead("PAZK"))
                .field("2022", |field| field.lead(code));
            let mut made = Record::new();
            Converter::new(&crosswalk).convert(record.build().unwrap().view(), &mut made);
            let text =
                made.field("590").map(|field| field.subfield('a').unwrap().to_str().unwrap().into_owned());
            assert_eq!(text.as_deref(), meaning, "{code}");
        }
        std::fs::write(&file, rules.replace("halls.mnu", "hall.mnu")).unwrap();
        let mistakes = Map::open(&file).unwrap_err();
        assert!(mistakes[0].message.starts_with("menu ") && mistakes[0].line == 3, "{mistakes:?}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
