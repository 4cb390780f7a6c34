//! What reading and converting costs, in instructions and in memory.
//!
//! Instructions are counted by callgrind: this program runs itself under it, with the test that does nothing but the work of a list.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kartoteka::{Format, ReadOptions, Record, RecordRead, WriteOptions, isis, reader, writer};

use crate::damage::case;
use crate::inputs::{Input, Source, inputs};
use crate::shapes;

/// How many of the cases that took longest are measured again, and how many of these have their instructions counted.
const CANDIDATES: usize = 400;
const WORST: usize = 100;

/// The instructions that a case may take: for reading and for writing as MARCXML. Set after measuring the worst 100 of 4,000
/// cases, in the release profile: 1.0 million for 4 bytes, 5.2 for 158, 14.4 for 616, nearly all of it for judging
/// the character set of bytes that are not UTF-8 by all candidates. Twice that is allowed, as more cases have worse ones.
fn most_instructions(len: usize) -> u64 {
    10_000_000 + 50_000 * len as u64
}

/// The memory that a case may take at once, in bytes.
fn most_memory(len: usize) -> u64 {
    20 * len as u64 + (1 << 20)
}

/// The work that is measured: what is in the input is read and written as MARCXML.
pub(crate) fn work(format: Format, source: &Source) {
    let options = ReadOptions::new();
    let mut reader: Box<dyn RecordRead + '_> = match source {
        Source::Stream(data) => Box::new(reader(data.as_slice(), Some(format), &options).unwrap()),
        Source::Base { mst, xrf } => match isis::SliceReader::from_slice(mst, Some(xrf), &options) {
            Ok(reader) => Box::new(reader),
            Err(_) => return,
        },
    };
    let mut writer = writer(Format::Marcxml, std::io::sink(), &WriteOptions::new()).unwrap();
    let mut record = Record::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => drop(black_box(writer.write(&record))),
            Ok(false) => break,
            Err(error) if error.is_record() => {}
            Err(_) => break,
        }
    }
    writer.finish().unwrap();
}

/// Does the work of a case, and returns how long it took.
///
/// # Panics
/// If it takes more memory than allowed.
pub(crate) fn memory(format: Format, source: &Source) -> Duration {
    let began = Instant::now();
    let taken = allocation_counter::measure(|| work(format, source)).bytes_max;
    let (took, len) = (began.elapsed(), source.len());
    assert!(taken <= most_memory(len), "{taken} bytes of memory for {len} bytes of input");
    took
}

/// Returns the time that a case took in proportion to what it may cost.
pub(crate) fn share(took: Duration, len: usize) -> f64 {
    took.as_secs_f64() / most_instructions(len) as f64
}

/// The work between two dumps of callgrind, which knows this function by its name.
#[inline(never)]
fn work_that_is_counted(format: Format, source: &Source) {
    work(format, source);
}

/// Work for callgrind: a case, or a shape of some size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Work {
    Case { seed: u64, number: u64 },
    Shape { index: usize, size: usize },
}

impl Work {
    fn line(self) -> String {
        match self {
            Work::Case { seed, number } => format!("case {seed} {number}"),
            Work::Shape { index, size } => format!("shape {index} {size}"),
        }
    }

    fn of(line: &str) -> Work {
        let words: Vec<&str> = line.split(' ').collect();
        let [first, second] = [1, 2].map(|at| words[at].parse::<u64>().unwrap());
        match words[0] {
            "case" => Work::Case { seed: first, number: second },
            "shape" => {
                let [index, size] = [first, second].map(|number| usize::try_from(number).unwrap());
                Work::Shape { index, size }
            }
            other => panic!("no work: {other}"),
        }
    }

    fn input(self, inputs: &[Input]) -> (Format, Source) {
        match self {
            Work::Case { seed, number } => {
                let case = case(seed, number, inputs);
                (inputs[case.input].format, case.source)
            }
            Work::Shape { index, size } => shapes::made(index, size),
        }
    }
}

/// Returns the instructions of each piece of work; `None` without valgrind, which CI must have.
pub(crate) fn counted(all: &[Work]) -> Option<Vec<u64>> {
    let parts = std::thread::available_parallelism().map_or(1, usize::from);
    let part = all.len().div_ceil(parts).max(1);
    let counts: Vec<Option<Vec<u64>>> = std::thread::scope(|scope| {
        let runs: Vec<_> =
            all.chunks(part).map(|part| scope.spawn(move || counted_in_one_run(part))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    counts.into_iter().collect::<Option<Vec<_>>>().map(|counts| counts.concat())
}

fn counted_in_one_run(all: &[Work]) -> Option<Vec<u64>> {
    static RUN: AtomicU64 = AtomicU64::new(0);
    let name = format!("callgrind-{}-{}", std::process::id(), RUN.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    let list = folder.join("work");
    fs::write(&list, all.iter().map(|work| work.line() + "\n").collect::<String>()).unwrap();
    let ran = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--toggle-collect=mutations::cost::work_that_is_counted",
            "--dump-after=mutations::cost::work_that_is_counted",
        ])
        .arg(format!("--callgrind-out-file={}", folder.join("out").display()))
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "cost::work_of_a_list", "--test-threads=1"])
        .env("KARTOTEKA_WORK", &list)
        .output();
    let output = match ran {
        Ok(output) => output,
        Err(error) => {
            assert!(
                std::env::var_os("CI").is_none() || std::env::var_os("KARTOTEKA_WITHOUT_VALGRIND").is_some(),
                "valgrind: {error}"
            );
            eprintln!("SKIPPED: valgrind is not here: {error}");
            return None;
        }
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let count = |number: usize| {
        let text = fs::read_to_string(folder.join(format!("out.{number}"))).unwrap();
        let total =
            text.lines().find_map(|line| line.strip_prefix("totals: ").or(line.strip_prefix("summary: ")));
        total.unwrap_or_else(|| panic!("no total in {text}")).trim().parse().unwrap()
    };
    let counts = (1..=all.len()).map(count).collect();
    fs::remove_dir_all(&folder).unwrap();
    Some(counts)
}

/// Does the work of the list in `KARTOTEKA_WORK` and nothing else, as [`counted`] wants of it under callgrind; without one, a
/// case and a shape, which must be what their lines say.
#[test]
fn work_of_a_list() {
    let inputs = inputs();
    let Some(list) = std::env::var_os("KARTOTEKA_WORK") else {
        for work in [Work::Case { seed: 16, number: 3 }, Work::Shape { index: 3, size: 1000 }] {
            assert_eq!(Work::of(&work.line()), work);
            let (format, source) = work.input(&inputs);
            assert!(source.len() > 0 && memory(format, &source) > Duration::ZERO, "{work:?}");
        }
        return;
    };
    // Tables that are made at their first use are not counted.
    work(
        Format::Iso2709,
        &Source::Stream(b"00050nam a2200037 i 4500245001000000\x1E00\x1Fa\xCC\xE8\xF0\x1E\x1D".to_vec()),
    );
    for line in fs::read_to_string(list).unwrap().lines() {
        let (format, source) = Work::of(line).input(&inputs);
        work_that_is_counted(format, &source);
    }
}

/// Checks the instructions of the cases that took longest for their size. `took` has the number of each case, and the
/// time it took in proportion to what it may cost.
pub(crate) fn worst(seed: u64, mut took: Vec<(u64, f64)>, inputs: &[Input]) {
    if cfg!(debug_assertions) {
        eprintln!("SKIPPED: instructions are counted in the release profile only");
        return;
    }
    // The first time counts what else the machine did.
    took.sort_by(|one, two| two.1.total_cmp(&one.1));
    took.truncate(CANDIDATES);
    for (number, share) in &mut took {
        let case = case(seed, *number, inputs);
        let times = (0..3).map(|_| memory(inputs[case.input].format, &case.source));
        *share = self::share(times.min().unwrap(), case.source.len());
    }
    took.sort_by(|one, two| two.1.total_cmp(&one.1));
    took.truncate(WORST);
    let all: Vec<Work> = took.iter().map(|(number, _)| Work::Case { seed, number: *number }).collect();
    let Some(counts) = counted(&all) else { return };
    let mut wrong = Vec::new();
    let mut most = (0.0, String::new());
    for ((number, _), count) in took.iter().zip(counts) {
        let case = case(seed, *number, inputs);
        let (format, len) = (inputs[case.input].format, case.source.len());
        let bound = most_instructions(len);
        let share = count as f64 / bound as f64;
        let line =
            format!("case {number}, {format}: {count} instructions for {len} bytes, {bound} are allowed");
        if share > most.0 {
            most = (share, line.clone());
        }
        wrong.extend((count > bound).then_some(line));
    }
    println!("the most of the worst {}: {}", took.len(), most.1);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
