//! What becomes of IRBIS bases by `irbis-marc21` is taken by real systems: the search engine Zebra finds each record by the
//! words of its source, strict readers read all of them, MARC::Lint and our own validation have nothing to say but what is
//! listed here.
//!
//! Zebra (Debian: `idzebra-2.0-utils`, `libidzebra-2.0-modules`, `idzebra-2.0-examples`, `yaz`) runs on loopback for the time
//! of the test. Where a program is missing its test says so and passes, unless `CI` is set; `KARTOTEKA_WITHOUT_ZEBRA` and
//! `KARTOTEKA_WITHOUT_LINT` let CI pass without.
#![cfg(all(feature = "cli", feature = "xml", feature = "json"))]

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use kartoteka::crosswalk::{Converter, Crosswalk, Parents};
use kartoteka::{Format, Record, RecordRead, RecordWrite, WriteOptions, open, writer};

use crate::common::program::{self, scratch};
use crate::common::{corpus, irbis};

/// A base before and after: the records of IRBIS, and what became of them.
pub(crate) struct Base {
    pub(crate) name: String,
    source: Vec<Record>,
    pub(crate) made: Vec<Record>,
}

impl Base {
    fn new(name: &str, source: Vec<Record>) -> Base {
        let crosswalk = Crosswalk::builtin("irbis-marc21").unwrap();
        let mut parents = Parents::new();
        source.iter().for_each(|record| parents.add(record.view()));
        let mut converter = Converter::new(&crosswalk).parents(&parents);
        let made = source.iter().map(|record| {
            let mut made = Record::new();
            converter.convert(record.view(), &mut made).unwrap();
            made
        });
        Base { name: name.to_owned(), made: made.collect(), source }
    }

    pub(crate) fn write(&self, folder: &Path, format: Format) -> PathBuf {
        let path = folder.join(format!("{}.{}", self.name, format.name()));
        let mut to = writer(format, fs::File::create(&path).unwrap(), &WriteOptions::new()).unwrap();
        self.made.iter().for_each(|record| to.write_record(record.view()).unwrap());
        to.finish().unwrap();
        path
    }
}

/// The base of the fixtures, and both of the corpus.
pub(crate) fn bases() -> Vec<Base> {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/isis/irbis64.mst");
    let mut bases =
        vec![Base::new("fixture", open(fixture).unwrap().records().map(Result::unwrap).collect())];
    let Some(corpus) = corpus() else { return bases };
    for name in ["irbis64-istu", "irbis32-ibis"] {
        let text = fs::read_to_string(corpus.join("irbis").join(name).join("expected.jsonl")).unwrap();
        let records = text.lines().map(|line| irbis(&serde_json::from_str(line).unwrap()));
        bases.push(Base::new(name, records.collect()));
    }
    bases
}

/// Runs a program; `None` if it is not here, which CI may not pass over without the excuse.
pub(crate) fn run(program: &str, arguments: &[&str], folder: &Path, excuse: &str) -> Option<Output> {
    match Command::new(program).args(arguments).current_dir(folder).output() {
        Ok(output) => Some(output),
        Err(_) => {
            skip(program, excuse);
            None
        }
    }
}

pub(crate) fn skip(program: &str, excuse: &str) {
    let must = std::env::var_os("CI").is_some() && std::env::var_os(excuse).is_none();
    assert!(!must, "no {program}, and CI must not skip it");
    eprintln!("SKIPPED: no {program}");
}

pub(crate) const EXAMPLES: &str = "/usr/share/doc/idzebra-2.0/examples/marcxml";

/// The index of the example, with the control number, and ISBN in the register of words, which the ICU profile has.
const INDEX: &str = r#"<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
  xmlns:z="http://indexdata.com/zebra-2.0" xmlns:marc="http://www.loc.gov/MARC21/slim">
  <xsl:import href="MARC21slim2INDEX.xsl"/>
  <xsl:template name="bib1_rules">
    <z:index name="Local-number:p"><xsl:value-of select="marc:controlfield[@tag='001']"/></z:index>
    <xsl:call-template name="Title"/>
    <xsl:call-template name="Author"/>
    <xsl:for-each select="marc:datafield[@tag='020']/marc:subfield[@code='a']">
      <z:index name="ISBN:w"><xsl:value-of select="."/></z:index>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
"#;

const DOM: &str = r#"<dom>
  <extract name="index"><xslt stylesheet="index.xsl"/></extract>
  <retrieve name="marc"><xslt stylesheet="identity.xsl"/></retrieve>
  <input syntax="xml"><xmlreader level="1"/></input>
</dom>
"#;

/// A server that ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A file of the example, which Debian may have compressed.
pub(crate) fn example(name: &str) -> String {
    let plain = Path::new(EXAMPLES).join(name);
    let mut text = String::new();
    match fs::read(plain.with_file_name(format!("{name}.gz"))) {
        Ok(packed) => _ = GzDecoder::new(&packed[..]).read_to_string(&mut text).unwrap(),
        Err(_) => text = fs::read_to_string(plain).unwrap(),
    }
    text
}

/// Writes what Zebra needs into a folder; `None` if it is not here.
fn configure(folder: &Path) -> Option<()> {
    let modules = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"];
    let modules = modules.iter().map(|lib| format!("{lib}/idzebra-2.0/modules"));
    let modules = modules.into_iter().find(|path| Path::new(path).join("mod-dom.so").exists());
    let (Some(modules), true) = (modules, Path::new(EXAMPLES).is_dir()) else {
        skip("Zebra with its examples", "KARTOTEKA_WITHOUT_ZEBRA");
        return None;
    };
    for name in ["MARC21slim2INDEX.xsl", "identity.xsl"] {
        fs::write(folder.join(name), example(name)).unwrap();
    }
    fs::write(folder.join("index.xsl"), INDEX).unwrap();
    fs::write(folder.join("dom.xml"), DOM).unwrap();
    let settings = format!(
        "profilePath: .:/usr/share/idzebra-2.0/tab\nmodulePath: {modules}\nrecordtype: dom.dom.xml\n\
         attset: bib1.att\nindex: icu.idx\nencoding: utf-8\n"
    );
    fs::write(folder.join("zebra.cfg"), settings).unwrap();
    Some(())
}

/// A text of the source as a term: filing marks show their left, quotes and what reads as an operator go.
fn term(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, marked)) = rest.split_once('<') {
        let Some((inside, after)) = marked.split_once('>') else { break };
        shown.push_str(before);
        shown.push_str(inside.split('=').next().unwrap());
        rest = after;
    }
    shown.push_str(rest);
    // A phrase of fifty words is more than Zebra looks up.
    let words = shown.replace(['"', '\\'], " ");
    words.split_whitespace().take(20).collect::<Vec<_>>().join(" ")
}

fn text(record: &Record, tag: u32, code: char) -> Option<String> {
    let mut texts = record.fields_with(tag).filter_map(|field| match code {
        '*' => Some(field.lead().to_str().unwrap().into_owned()),
        code => field
            .subfields()
            .find(|one| one.code().to_ascii_lowercase() == code)
            .map(|one| one.value().to_str().unwrap().into_owned()),
    });
    texts.find(|text| !text.trim().is_empty())
}

/// Whether an ISBN has the right check digit, by ISO 2108.
fn is_isbn(text: &str) -> bool {
    let digits: Vec<u32> = text
        .chars()
        .filter(|c| !matches!(c, '-' | ' '))
        .map(|c| if matches!(c, 'X' | 'x' | 'Х' | 'х') { 10 } else { c.to_digit(10).unwrap_or(99) })
        .collect();
    match digits.len() {
        10 => {
            digits.iter().zip((1..=10).rev()).map(|(digit, weight)| digit * weight).sum::<u32>() % 11 == 0
                && digits.iter().all(|digit| *digit < 11)
        }
        13 => {
            digits.iter().zip([1, 3].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum::<u32>()
                % 10
                == 0
                && digits.iter().all(|digit| *digit < 10)
        }
        _ => false,
    }
}

/// What a record is looked for by, in the words of its source; `Err` with the reason why it is not found by that.
fn queries(
    record: &Record,
    journals: &HashMap<String, String>,
) -> BTreeMap<&'static str, Result<String, &'static str>> {
    let sheet = text(record, 920, '*').unwrap_or_default().to_uppercase();
    let title = match sheet.as_str() {
        // A volume is entered under its set, an issue under its journal.
        "SPEC" => text(record, 461, 'c').or_else(|| text(record, 200, 'a')),
        "NJ" | "NJP" | "NJK" => {
            let journal = text(record, 933, '*').and_then(|number| journals.get(number.trim()).cloned());
            journal.or_else(|| text(record, 200, 'a'))
        }
        _ => text(record, 200, 'a'),
    };
    let author = text(record, 700, 'a').or_else(|| (sheet == "SPEC").then(|| text(record, 961, 'a'))?);
    let mut queries = BTreeMap::new();
    queries.insert("title", title.map(|title| term(&title)).ok_or("the source has no title"));
    if let Some(author) = author {
        queries.insert("author", Ok(term(&author)));
    }
    if let Some(isbn) = text(record, 10, 'a') {
        // As catalogues do, the hyphens are taken out on both sides.
        let bare = isbn.replace(['-', ' '], "").replace(['Х', 'х', 'x'], "X");
        queries.insert("ISBN", is_isbn(&isbn).then_some(bare).ok_or("its check digit is wrong: 020 $z"));
    }
    queries
}

#[test]
fn zebra_finds_each_record_by_the_words_of_its_source() {
    for base in bases() {
        let folder = scratch(&format!("zebra-{}", base.name));
        let Some(()) = configure(&folder) else { return };
        base.write(&folder, Format::Marcxml);
        let file = format!("{}.marcxml", base.name);
        let zebra = |arguments: &[&str]| {
            run("zebraidx", &[&["-c", "zebra.cfg"], arguments].concat(), &folder, "KARTOTEKA_WITHOUT_ZEBRA")
        };
        let (Some(_), Some(indexed)) = (zebra(&["init"]), zebra(&["update", &file])) else { return };
        let said = String::from_utf8_lossy(&indexed.stderr).into_owned();
        let count = base.made.len();
        assert!(said.contains(&format!("Records: {count} i/u/d {count}/0/0")), "{said}");

        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("tcp:127.0.0.1:{port}");
        let server = Command::new("zebrasrv")
            .args(["-c", "zebra.cfg", &address])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let _server = Server(server.unwrap());
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(60), "zebrasrv does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }

        let titles = base
            .source
            .iter()
            .filter_map(|record| Some((text(record, 903, '*')?.trim().to_owned(), text(record, 200, 'a')?)));
        let journals: HashMap<String, String> = titles.collect();
        let mut script = format!("open {address}\nfind @attr 1=_ALLRECORDS @attr 2=103 \"\"\n");
        let mut asked = Vec::new();
        let mut reasons: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (source, made) in base.source.iter().zip(&base.made) {
            let number = made.field("001").unwrap().lead().to_str().unwrap().into_owned();
            let own = format!("@attr 1=Local-number @attr 4=1 @attr 6=3 \"{}\"", term(&number));
            script.push_str(&format!("find {own}\n"));
            asked.push((number.clone(), "control number", number.clone()));
            for (what, query) in queries(source, &journals) {
                let attribute = match what {
                    "title" => "4",
                    "author" => "1003",
                    _ => "7",
                };
                match query {
                    Ok(words) => {
                        script.push_str(&format!("find @and {own} @attr 1={attribute} \"{words}\"\n"));
                        asked.push((number.clone(), what, words));
                    }
                    Err(reason) => *reasons.entry((what, reason)).or_default() += 1,
                }
            }
        }
        script.push_str("quit\n");
        fs::File::create(folder.join("queries")).unwrap().write_all(script.as_bytes()).unwrap();
        let Some(answers) = run("yaz-client", &["-f", "queries"], &folder, "KARTOTEKA_WITHOUT_ZEBRA") else {
            return;
        };
        let answers = String::from_utf8_lossy(&answers.stdout).into_owned();
        let hits: Vec<usize> = answers
            .lines()
            .filter_map(|line| line.strip_prefix("Number of hits: ")?.split(',').next()?.parse().ok())
            .collect();
        assert_eq!(hits.len(), asked.len() + 1, "{answers}");
        assert_eq!(hits[0], count, "{}: records in Zebra", base.name);
        let missed: Vec<_> =
            asked.iter().zip(&hits[1..]).filter(|(_, hits)| **hits == 0).map(|(asked, _)| asked).collect();
        println!(
            "{}: {count} records, {} queries; not asked, with the reason: {reasons:?}",
            base.name,
            asked.len()
        );
        assert!(missed.is_empty(), "{}: {} not found: {missed:#?}", base.name, missed.len());
    }
}

/// Reads a file strictly: a warning is an error.
const PYMARC: &str = "
import pymarc, sys
marc, xml = sys.argv[1:]
with open(marc, 'rb') as file:
    reader = pymarc.MARCReader(file, to_unicode=True, utf8_handling='strict')
    count = 0
    for record in reader:
        assert record is not None, reader.current_exception
        count += 1
print(count, len(pymarc.parse_xml_to_array(xml, strict=True)))
";

#[test]
fn strict_readers_read_all_without_a_warning() {
    let python = std::env::var("KARTOTEKA_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    for base in bases() {
        let folder = scratch(&format!("strict-{}", base.name));
        let (marc, xml) = (base.write(&folder, Format::Iso2709), base.write(&folder, Format::Marcxml));
        let (marc, xml) = (marc.to_str().unwrap(), xml.to_str().unwrap());
        for arguments in [&["-n", marc][..], &["-i", "marcxml", "-n", xml]] {
            let Some(output) = run("yaz-marcdump", arguments, &folder, "KARTOTEKA_WITHOUT_YAZ") else {
                break;
            };
            assert!(
                output.status.success() && output.stderr.is_empty() && output.stdout.is_empty(),
                "{output:?}"
            );
        }
        match run(&python, &["-c", "import pymarc"], &folder, "") {
            Some(output) if output.status.success() => {}
            _ => {
                skip("pymarc", "");
                continue;
            }
        }
        let output = run(&python, &["-W", "error", "-c", PYMARC, marc, xml], &folder, "").unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        let count = base.made.len();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{count} {count}\n"));
    }
}

/// Counts what MARC::Lint says. Its check of 020 calls a method of Business::ISBN that is not there any more.
const LINT: &str = r#"
use MARC::Batch; use MARC::Lint;
{ no warnings; *MARC::Lint::check_020 = sub {}; }
my $lint = MARC::Lint->new;
my $batch = MARC::Batch->new("USMARC", $ARGV[0]);
while (my $record = $batch->next) {
    $lint->check_record($record);
    print "$_\n" for $lint->warnings, $batch->warnings;
}
"#;

/// What MARC::Lint may say, and why it is not mended.
const JUDGED: [(&str, &str); 6] = [
    (
        "245: Must end with . (period).",
        "leader/18 is i: the marks of ISBD stand between elements, none at the end",
    ),
    (
        "245: Subfield _c initials should not have a space.",
        "the statement of responsibility is as the cataloguer typed it",
    ),
    ("245: No 245 tag.", "the source has no title, and none is made up"),
    (
        "245: Subfield _h must have matching square brackets, h.",
        "the source has no brackets around its words",
    ),
    (
        "245: First word, die, does not appear to be an article, check 2nd indicator (4).",
        "it is one, in German",
    ),
    ("245: First word, the, may be an article, check 2nd indicator (0).", "articles are not guessed"),
];

#[test]
fn lint_finds_nothing_but_what_is_judged() {
    for base in bases() {
        let folder = scratch(&format!("lint-{}", base.name));
        match run("perl", &["-MMARC::Lint", "-e", "1"], &folder, "KARTOTEKA_WITHOUT_LINT") {
            Some(output) if output.status.success() => {}
            _ => return skip("MARC::Lint", "KARTOTEKA_WITHOUT_LINT"),
        }
        let marc = base.write(&folder, Format::Iso2709);
        let output =
            run("perl", &["-e", LINT, marc.to_str().unwrap()], &folder, "KARTOTEKA_WITHOUT_LINT").unwrap();
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let other: Vec<&str> =
            said.lines().filter(|line| !JUDGED.iter().any(|(known, _)| known == line)).collect();
        assert!(other.is_empty(), "{}: {other:#?}", base.name);
    }
}

/// Nothing but that there is no title where the source has none. Notes are about values as the source
/// has them, and so are T101, an article that the source does not pass over, and V102: 111222 stands there for an ISSN.
#[test]
fn our_own_validation_finds_only_missing_titles() {
    for base in bases() {
        let folder = scratch(&format!("validated-{}", base.name));
        let marc = base.write(&folder, Format::Iso2709);
        let output =
            program::run(&["validate", marc.to_str().unwrap(), "--dialect", "marc21", "--format", "concise"]);
        assert_eq!(program::status(&output), 0, "{output:?}");
        let said = program::stdout(&output);
        let untitled = base
            .source
            .iter()
            .filter(|record| text(record, 200, 'a').is_none() && !base_title(record))
            .count();
        let found = said.lines().filter(|line| line.contains("F104")).count();
        let other: Vec<&str> = said
            .lines()
            .filter(|line| {
                line.contains('[')
                    && ![" note: ", "F104", "T101", ": 111222 has"].iter().any(|known| line.contains(known))
            })
            .collect();
        assert!(other.is_empty() && found <= untitled, "{}: {untitled} without a title: {said}", base.name);
        assert_eq!(found, base.made.iter().filter(|record| record.field("245").is_none()).count());
    }
}

/// Whether a record has the title of its set or its journal.
fn base_title(record: &Record) -> bool {
    text(record, 461, 'c').is_some() || text(record, 933, '*').is_some()
}
