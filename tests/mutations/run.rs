//! Runs the cases, on all processors.

use std::any::Any;
use std::collections::HashMap;
use std::fs;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::checks;
use crate::cost;
use crate::damage::case;
use crate::inputs::{Input, Source, inputs};
use crate::random::Random;

/// Failures that are shown; the rest is only counted.
const SHOWN: usize = 60;

pub(crate) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

/// Keeps a case that fails, and says where.
fn keep(name: &str, input: &Input, source: &Source) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("{name}.{}", input.format));
    fs::write(&path, source.bytes()).unwrap();
    if let Source::Base { xrf, .. } = source {
        fs::write(folder.join(format!("{name}.xrf")), xrf).unwrap();
    }
    path.display().to_string()
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic").chars().take(6000).collect()
}

/// Runs `each` for every number, on all processors; the messages of those that fail.
pub(crate) fn parallel(
    numbers: std::ops::Range<u64>,
    each: impl Fn(u64) -> Option<String> + Sync,
) -> Vec<String> {
    let next = AtomicU64::new(numbers.start);
    let failed = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= numbers.end {
                        return;
                    }
                    if let Some(failure) = each(number) {
                        failed.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap()
}

/// Runs one case; returns what failed.
fn tried(name: &str, input: &Input, source: &Source, check: impl FnOnce()) -> Option<String> {
    let began = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(check));
    let failure = match outcome {
        Err(panic) => message(&*panic),
        Ok(()) if began.elapsed() > Duration::from_secs(20) => format!("took {:?}", began.elapsed()),
        Ok(()) => return None,
    };
    Some(format!("{name}, {}: {failure}\n    {}", input.format, keep(name, input, source)))
}

fn shown(failed: &[String]) {
    let kinds = failed.iter().fold(HashMap::<&str, usize>::new(), |mut kinds, failure| {
        *kinds
            .entry(failure.split(": ").next().unwrap_or_default().rsplit(", ").next().unwrap_or_default())
            .or_default() += 1;
        kinds
    });
    let some = failed.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n");
    assert!(failed.is_empty(), "{} cases fail, {kinds:?}\n{some}", failed.len());
}

#[test]
fn damaged_files_break_no_reader() {
    let inputs = inputs();
    let seed = number("KARTOTEKA_SEED").unwrap_or(16);
    let cases = match number("KARTOTEKA_CASE") {
        Some(one) => one..one + 1,
        None => {
            panic::set_hook(Box::new(|_| {}));
            0..number("KARTOTEKA_MUTATIONS").unwrap_or(500)
        }
    };
    let took = Mutex::new(Vec::new());
    let failed = parallel(cases, |number| {
        let case = case(seed, number, &inputs);
        let input = &inputs[case.input];
        tried(&format!("case-{number}"), input, &case.source, || {
            let time = checks::all(input.format, &case.source, &mut Random(number));
            took.lock().unwrap().push((number, cost::share(time, case.source.len())));
        })
    });
    let _ = panic::take_hook();
    shown(&failed);
    cost::worst(seed, took.into_inner().unwrap(), &inputs);
}

/// The beginnings of all inputs, cut at every place; a few of the places where no number of cases is asked for.
#[test]
fn files_cut_at_every_place_break_no_reader() {
    let inputs = inputs();
    let step = if number("KARTOTEKA_MUTATIONS").is_some() { 1 } else { 41 };
    panic::set_hook(Box::new(|_| {}));
    let failed = parallel(0..inputs.len() as u64, |at| {
        let input = &inputs[usize::try_from(at).unwrap()];
        let Source::Stream(whole) = &input.source else { return None };
        (0..whole.len().min(1500)).step_by(step).find_map(|len| {
            let source = Source::Stream(whole[..len].to_vec());
            tried(&format!("cut-{at}-{len}"), input, &source, || {
                checks::stream(input.format, source.bytes(), &mut Random(len as u64));
            })
        })
    });
    let _ = panic::take_hook();
    shown(&failed);
}
