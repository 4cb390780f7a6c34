//! The head of an input: what decides for all of it.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::declared::Prior;
use crate::bytes::Cut;
use crate::charset::{Candidate, Charset, Judgement, Sample, divides, is_written_in};
use crate::io::ReadOptions;

/// How many bytes of an input are looked at.
pub(crate) const HEAD: usize = 8 * 1024 * 1024;
/// How far back the value is looked for in which the first byte stands that is not UTF-8.
const BACK: usize = 1024;
/// How many bytes are kept from the first value on that is not UTF-8.
const START: usize = 32 * 1024;
/// What speaks for a set in which the language is written that the caller names, in bits.
const HINT: f32 = 10.0;
/// How many bytes are counted together; fewer than 256.
const BLOCK: usize = 128;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What the beginning of an input says of its character set, up to 8 MiB or to 16,384 values that are neither ASCII nor UTF-8:
/// the same for all readers of the input, however it is cut into pieces, batches and ranges. Cloning is cheap.
#[derive(Clone, Default)]
pub struct Head(Option<Arc<Facts>>);

/// Candidates, the likeliest first.
pub(super) type Ranking = Arc<[Candidate]>;

struct Facts {
    has_byte_order_mark: bool,
    /// The language that the caller names.
    hint: Option<&'static str>,
    /// None if all of it is UTF-8.
    judgement: Option<Judgement>,
    /// The rankings that were asked for: for each prior without a set one, and for the first with a set.
    rankings: [OnceLock<Ranking>; Prior::KINDS],
    named: OnceLock<(Prior, Ranking)>,
    /// The first values that are not UTF-8, and whether they make words in the likeliest set.
    #[cfg_attr(
        not(any(feature = "xml", feature = "json")),
        expect(dead_code, reason = "asked by XML and JSON")
    )]
    start: Box<[u8]>,
    #[cfg_attr(
        not(any(feature = "xml", feature = "json")),
        expect(dead_code, reason = "asked by XML and JSON")
    )]
    words: OnceLock<bool>,
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Head").field(&self.judgement().map(Judgement::words)).finish()
    }
}

impl Head {
    fn new(mark: bool, hint: Option<&'static str>, judgement: Option<Judgement>, start: &[u8]) -> Head {
        Head(Some(Arc::new(Facts {
            has_byte_order_mark: mark,
            hint,
            judgement,
            rankings: Default::default(),
            named: OnceLock::new(),
            start: start.into(),
            words: OnceLock::new(),
        })))
    }

    /// Looks at the head of an input that is all there.
    pub(crate) fn of(data: &[u8], options: &ReadOptions) -> Head {
        let hint = options.charset_hint;
        let head = data.get(..HEAD).unwrap_or(data);
        let mark = head.starts_with(BYTE_ORDER_MARK);
        match invalid(head, data.len() < HEAD) {
            None => Head::new(mark, hint, None, b""),
            Some(at) => {
                let bytes = head.cut(value_start(head, at)..);
                let mut sample = Sample::new();
                sample.add(bytes);
                Head::new(mark, hint, Some(sample.judge_input()), bytes.cut(..bytes.len().min(START)))
            }
        }
    }

    /// The head of an input of which these values are a sample.
    pub(crate) fn of_values<'a>(values: impl Iterator<Item = &'a [u8]>, options: &ReadOptions) -> Head {
        let mut sample = Sample::new();
        values.for_each(|value| sample.add(value));
        let judgement = (sample.other_bytes() > 0).then(|| sample.judge_input());
        Head::new(false, options.charset_hint, judgement, b"")
    }

    /// Whether the input begins with the byte order mark of UTF-8.
    pub(super) fn has_byte_order_mark(&self) -> bool {
        self.0.as_ref().is_some_and(|facts| facts.has_byte_order_mark)
    }

    /// What was judged: nothing if the head is UTF-8, or was not looked at.
    pub(super) fn judgement(&self) -> Option<&Judgement> {
        self.0.as_ref().and_then(|facts| facts.judgement.as_ref())
    }

    /// Whether the first values that are not UTF-8 make words in the likeliest set, with no more bits a byte.
    ///
    /// # Cost
    /// The first time, a look at each letter in these values. It must always be asked with the same prior.
    #[cfg(any(feature = "xml", feature = "json"))]
    pub(super) fn makes_words(&self, prior: Prior, bits: f32) -> bool {
        let Some(facts) = &self.0 else { return false };
        let judge = || {
            let best = self.ranking(prior).and_then(|ranking| ranking.first().copied());
            let judged = facts.judgement.as_ref().zip(best);
            judged.is_some_and(|(judgement, best)| judgement.reads_well(best.charset, &facts.start, bits))
        };
        *facts.words.get_or_init(judge)
    }

    /// What the language that the caller names says for a set, in bits.
    pub(super) fn hint(&self, charset: Charset) -> f32 {
        let hint = self.0.as_ref().and_then(|facts| facts.hint);
        if hint.is_some_and(|language| is_written_in(charset, language)) { HINT } else { 0.0 }
    }

    /// The candidates by which records were read, the likeliest first; empty if all records were UTF-8.
    pub(crate) fn candidates(&self) -> &[Candidate] {
        let Some(facts) = &self.0 else { return &[] };
        let known = facts.rankings.iter().find_map(OnceLock::get);
        let named = || facts.named.get().map(|(_, ranking)| ranking);
        known.or_else(named).map(|ranking| &**ranking).unwrap_or_default()
    }

    /// The candidates for the input, the likeliest first, with what a record says beforehand.
    pub(super) fn ranking(&self, prior: Prior) -> Option<Ranking> {
        let facts = self.0.as_ref()?;
        let judgement = facts.judgement.as_ref()?;
        let rank =
            || -> Ranking { judgement.ranked(|charset| prior.weight(charset) + self.hint(charset)).into() };
        if let Some(known) = prior.kind().and_then(|kind| facts.rankings.get(kind)) {
            return Some(Arc::clone(known.get_or_init(rank)));
        }
        let (first, ranking) = facts.named.get_or_init(|| (prior, rank()));
        Some(if *first == prior { Arc::clone(ranking) } else { rank() })
    }
}

/// Counts the bytes beyond ASCII.
pub(super) fn beyond_ascii(bytes: &[u8]) -> usize {
    let count = |block: &[u8]| block.iter().map(|byte| byte >> 7).sum::<u8>();
    bytes.chunks(BLOCK).map(|block| usize::from(count(block))).sum()
}

/// Where the bytes stop being UTF-8. A character that the end cuts off is no fault unless the input ends there.
fn invalid(bytes: &[u8], is_end: bool) -> Option<usize> {
    let error = simdutf8::compat::from_utf8(bytes).err()?;
    (error.error_len().is_some() || is_end).then(|| error.valid_up_to())
}

/// Where the value begins in which a byte is, with what divides it from the one before.
fn value_start(bytes: &[u8], at: usize) -> usize {
    let from = at.saturating_sub(BACK);
    let before = bytes.cut(from..at);
    let start = before.iter().rposition(|byte| divides(*byte));
    from + start.unwrap_or(0)
}

/// Watches the head of an input that arrives in pieces. What is UTF-8 is looked at where it is, and not copied.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// The last bytes while all is UTF-8, then those that may belong to a value of which the rest is to come.
    kept: Vec<u8>,
    /// How many of these are known to be UTF-8: all but a character that a piece cuts off.
    checked: usize,
    /// The values from the first on that is not UTF-8, and how they begin.
    sample: Sample,
    start: Vec<u8>,
    /// How many bytes were seen.
    seen: usize,
    mark: bool,
    hint: Option<&'static str>,
    state: State,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// All so far is UTF-8.
    #[default]
    Utf8,
    /// There are bytes that are not: the rest of the head is needed.
    Other,
    Done,
}

impl Watch {
    /// Makes a watch that looks at nothing if the caller names the set.
    pub(crate) fn new(options: &ReadOptions) -> Watch {
        let state = if options.charset == Charset::Auto { State::Utf8 } else { State::Done };
        Watch { state, hint: options.charset_hint, ..Watch::default() }
    }

    /// Makes a watch that looks at nothing.
    pub(crate) fn none() -> Watch {
        Watch { state: State::Done, ..Watch::default() }
    }

    /// Whether the rest of the head has to be seen before a record is read.
    pub(crate) fn waits(&self) -> bool {
        self.state == State::Other
    }

    /// Takes the next bytes of the input, or its end if there are none; returns the head once it is known.
    pub(crate) fn feed(&mut self, bytes: &[u8], is_end: bool) -> Option<Head> {
        if self.state == State::Done {
            return None;
        }
        let room = HEAD.saturating_sub(self.seen);
        let bytes = bytes.get(..room).unwrap_or(bytes);
        if self.seen == self.kept.len() {
            self.mark = self.kept.iter().chain(bytes).take(BYTE_ORDER_MARK.len()).eq(BYTE_ORDER_MARK);
        }
        self.seen += bytes.len();
        let is_full = self.seen >= HEAD;
        match self.state {
            State::Utf8 => self.check(bytes, is_end && !is_full),
            State::Other => self.take(bytes),
            State::Done => {}
        }
        if !is_full && !is_end && !self.sample.is_full() {
            return None;
        }
        let other = self.state == State::Other;
        self.state = State::Done;
        let mut sample = std::mem::take(&mut self.sample);
        sample.add(&std::mem::take(&mut self.kept));
        let judgement = other.then(|| sample.judge_input());
        Some(Head::new(self.mark, self.hint, judgement, &std::mem::take(&mut self.start)))
    }

    /// Takes values from what is kept and from the next bytes, and keeps the last of them.
    fn take(&mut self, bytes: &[u8]) {
        self.start.extend(bytes.iter().take(START.saturating_sub(self.start.len())));
        let divider = |byte: &u8| divides(*byte);
        let (Some(first), Some(last)) = (bytes.iter().position(divider), bytes.iter().rposition(divider))
        else {
            return self.kept.extend_from_slice(bytes);
        };
        self.kept.extend_from_slice(bytes.cut(..first));
        self.sample.add(&self.kept);
        // What divides a value from the one before says what it begins with.
        self.sample.add(bytes.cut(first..last));
        self.kept.clear();
        self.kept.extend_from_slice(bytes.cut(last..));
    }

    /// Looks for the first byte that is not UTF-8.
    fn check(&mut self, mut bytes: &[u8], is_end: bool) {
        // First the character that the last piece cut off.
        while self.checked < self.kept.len()
            && let Some((byte, rest)) = bytes.split_first()
        {
            self.kept.push(*byte);
            let character = self.kept.cut(self.checked..);
            match simdutf8::compat::from_utf8(character) {
                Ok(_) => self.checked = self.kept.len(),
                Err(error) if error.error_len().is_some() => return self.keep_all(self.checked, rest),
                Err(_) => {}
            }
            bytes = rest;
        }
        if self.checked < self.kept.len() {
            if is_end {
                self.keep_all(self.checked, &[]);
            }
            return;
        }
        let error = simdutf8::compat::from_utf8(bytes).err();
        let (valid, rest) = bytes
            .split_at_checked(error.map_or(bytes.len(), |error| error.valid_up_to()))
            .unwrap_or((bytes, &[]));
        match valid.len().checked_sub(BACK).and_then(|from| valid.get(from..)) {
            Some(last) => {
                self.kept.clear();
                self.kept.extend_from_slice(last);
            }
            None => {
                self.kept.drain(..self.kept.len().saturating_sub(BACK - valid.len()));
                self.kept.extend_from_slice(valid);
            }
        }
        self.checked = self.kept.len();
        match error {
            Some(error) if error.error_len().is_some() || is_end => self.keep_all(self.checked, rest),
            _ => self.kept.extend_from_slice(rest),
        }
    }

    /// Keeps all from the value on in which the first byte is that is not UTF-8.
    fn keep_all(&mut self, at: usize, rest: &[u8]) {
        let start = value_start(&self.kept, at);
        self.kept.drain(..start.min(self.kept.len()));
        self.state = State::Other;
        self.start.extend_from_slice(&self.kept);
        self.take(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_sees_the_same_in_pieces_of_any_size() {
        let mut data = "Müller\u{1F}".repeat(700).into_bytes();
        data.extend_from_slice(b"caf\xE9 fran\xE7ais\x1F\xC9l\xE9ments d'alg\xE8bre\x1F");
        data.extend("Zürich\u{1F}".repeat(300).bytes());
        let whole = Head::of(&data, &ReadOptions::new());
        let ranking = whole.ranking(Prior::Marc).unwrap();
        assert_eq!(ranking[0].charset, Charset::Windows1252);
        for size in [1, 2, 3, 7, 1000, 5000] {
            let mut watch = Watch::new(&ReadOptions::new());
            for piece in data.chunks(size) {
                assert!(watch.feed(piece, false).is_none());
            }
            let head = watch.feed(b"", true).unwrap();
            assert_eq!(head.ranking(Prior::Marc).unwrap(), ranking, "{size}");
        }
    }

    #[test]
    fn a_watch_has_enough_where_a_slice_has() {
        let title = b"\x1FaCaf\xE9s fran\xE7ais de Gen\xE8ve, d\xE9j\xE0 vus\x1E";
        let mut data = b"\x1FaTitle in English\x1E".repeat(1000);
        data.extend(title.repeat(20_000));
        let enough = Head::of(&data, &ReadOptions::new());
        // More words, in another set, change nothing: a few would.
        let other: Vec<u8> =
            "\u{1F}Очерки прошлого".chars().map(|letter| letter as u32 as u8 | 0x80).collect();
        let more = [&data[..], &other.repeat(9000)].concat();
        for size in [4096, 65_537, more.len()] {
            let mut watch = Watch::new(&ReadOptions::new());
            let head = more.chunks(size).find_map(|piece| watch.feed(piece, false)).unwrap();
            assert_eq!(head.ranking(Prior::Marc), enough.ranking(Prior::Marc), "{size}");
        }
        assert_eq!(Head::of(&more, &ReadOptions::new()).ranking(Prior::Marc), enough.ranking(Prior::Marc));
        let before = [&other.repeat(9000), &data[..]].concat();
        assert_ne!(Head::of(&before, &ReadOptions::new()).ranking(Prior::Marc), enough.ranking(Prior::Marc));
    }

    #[test]
    fn a_hint_speaks_for_the_sets_of_its_language() {
        let likely = |options: &ReadOptions| {
            let ranking = Head::of(b"caf\xE9\x1F", options).ranking(Prior::Marc).unwrap();
            let cyrillic = ranking.iter().find(|candidate| candidate.charset == Charset::Windows1251);
            cyrillic.unwrap().probability
        };
        let (with, without) = (ReadOptions::new().charset_hint("ru"), ReadOptions::new());
        assert!(likely(&with) > 10.0 * likely(&without));
    }

    #[test]
    fn marks_and_cut_off_characters_are_seen_in_pieces_of_any_size() {
        for (data, mark, is_utf8) in [
            ("\u{FEFF}Zürich 漢字 \u{1F600}".repeat(400).into_bytes(), true, true),
            ("Zürich 漢字 \u{1F600}".repeat(400).into_bytes(), false, true),
            ([b"\xEF\xBB\xBFZ", "ü".repeat(999).as_bytes(), b"\xE6\xBC"].concat(), true, false),
            ([b"\xEF\xBB", "ü".repeat(999).as_bytes()].concat(), false, false),
        ] {
            let whole = Head::of(&data, &ReadOptions::new());
            assert_eq!((whole.has_byte_order_mark(), whole.judgement().is_none()), (mark, is_utf8));
            for size in [1, 2, 3, 5, 1023, 1024, 1025, 5000] {
                let mut watch = Watch::new(&ReadOptions::new());
                for piece in data.chunks(size) {
                    assert!(watch.feed(piece, false).is_none());
                }
                let head = watch.feed(b"", true).unwrap();
                let ranking = |head: &Head| head.ranking(Prior::Marc);
                assert_eq!((head.has_byte_order_mark(), ranking(&head)), (mark, ranking(&whole)), "{size}");
            }
        }
    }
}
