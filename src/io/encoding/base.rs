//! The decision for a base, which is in one set: made by a sample of its records.

use memchr::memchr;

use super::decide::decide;
use super::declared::Prior;
use super::evidence::Evidence;
use super::head::Head;
use super::{
    ESCAPE, of_values, read_as, report, report_format, report_unsupported, utf8_of, with_nonsorting,
};
use crate::charset::{Candidate, Charset, Reason};
use crate::finding::Findings;
use crate::io::ReadOptions;
use crate::record::Record;

/// What a sample of a base says.
#[derive(Debug, Clone)]
pub(crate) struct OfBase {
    /// None until a sample was taken.
    head: Option<Head>,
    prior: Prior,
    /// Whether the doubt was reported.
    reported: bool,
}

impl OfBase {
    /// Nothing is known yet. A base of IRBIS64 should have UTF-8 only.
    pub(crate) const fn new(utf8_only: bool) -> OfBase {
        let prior = if utf8_only { Prior::FormatUtf8 } else { Prior::Base };
        OfBase { head: None, prior, reported: false }
    }

    /// Judges the data of some records.
    pub(crate) fn take(&mut self, sample: &[u8], options: &ReadOptions) {
        self.head = Some(Head::of_values(std::iter::once(sample), options));
    }

    /// The candidates for the records that are not UTF-8, the likeliest first.
    pub(crate) fn candidates(&self) -> &[Candidate] {
        self.head.as_ref().map(Head::candidates).unwrap_or_default()
    }

    /// The set of the records that are not UTF-8, and why.
    pub(crate) fn charset(&self) -> (Charset, Reason) {
        let Some(head) = self.head.as_ref().filter(|head| head.judgement().is_some()) else {
            return (Charset::Utf8, Reason::Format);
        };
        let decision = decide(self.prior, &Evidence::of(b"", self.prior, head));
        (decision.charset, decision.reason)
    }

    /// Puts the data into the record, as text if they are UTF-8, and sets its character set. `base` is the offset of
    /// the data in the record. Returns false, and does nothing, if a sample has to be taken before.
    pub(crate) fn load(
        &mut self,
        (data, base): (&[u8], usize),
        options: &ReadOptions,
        record: &mut Record,
        findings: &mut Findings,
    ) -> bool {
        let auto = options.charset == Charset::Auto;
        if matches!(options.charset, Charset::Auto | Charset::Utf8) {
            if let Ok(text) = simdutf8::basic::from_utf8(data)
                && record.cuts_at_characters(text)
            {
                let reason = match (auto, text.is_ascii()) {
                    (false, _) => Reason::Caller,
                    (_, true) => Reason::Ascii,
                    _ if self.prior == Prior::FormatUtf8 => Reason::Format,
                    _ => Reason::ValidUtf8,
                };
                let charset = utf8_of(data, memchr(ESCAPE, data).is_some());
                match charset {
                    Charset::Utf8 => record.set_text(text),
                    _ => record.set_bytes(data),
                }
                record.set_charset(charset, reason);
                return true;
            }
            if auto && self.head.is_none() {
                return false;
            }
        }
        record.set_bytes(data);
        let (charset, reason) = match options.charset {
            Charset::Auto => self.judge(data, record, findings),
            named => (named, Reason::Caller),
        };
        record.set_charset(charset, reason);
        match charset {
            Charset::Utf8 => _ = record.report_invalid_utf8(base, "bytes kept", findings),
            Charset::Utf8Or(other) => _ = record.report_invalid_utf8(base, read_as(*other), findings),
            _ => report_unsupported(charset, data, findings),
        }
        record.set_charset(with_nonsorting(charset, data), reason);
        if auto {
            report_format(self.prior, charset, base, record, findings);
        }
        true
    }

    /// Decides for a record that is not UTF-8 as a whole: its fields may be.
    fn judge(&mut self, data: &[u8], record: &mut Record, findings: &mut Findings) -> (Charset, Reason) {
        let reason = if self.prior == Prior::FormatUtf8 { Reason::Format } else { Reason::ValidUtf8 };
        record.set_charset(Charset::Utf8, reason);
        let Some(head) = self.head.as_ref() else { return (Charset::Utf8, reason) };
        if record.fields().all(|field| std::str::from_utf8(field.raw()).is_ok()) {
            return (Charset::Utf8, reason);
        }
        let mut values = Vec::with_capacity(data.len());
        for field in record.fields() {
            values.extend_from_slice(field.raw());
            values.push(b'\n');
        }
        let evidence = Evidence::of(&values, self.prior, head);
        let decision = decide(self.prior, &evidence);
        let is_of_base = head.judgement().is_some() && !evidence.deviates;
        if !is_of_base || decision.doubt.is_some() && !std::mem::replace(&mut self.reported, true) {
            report(&decision, self.prior, data, record, findings);
        }
        let asked = (&values[..], self.prior, head);
        let sets = of_values(&decision, &evidence, asked, findings);
        (sets.unwrap_or(decision.charset), decision.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_by_the_words_of_a_sample() {
        let texts = [
            ("Étude de la végétation des forêts à Málaga, São Paulo y Córdoba", Charset::Windows1252),
            ("Étude de la végétation des forêts à Málaga, São Paulo y Córdoba", Charset::Cp850),
            ("Преступление и наказание, роман в шести частях", Charset::Windows1251),
            ("Преступление и наказание, роман в шести частях", Charset::Ibm866),
        ];
        for (text, charset) in texts {
            let mut sample = Vec::new();
            charset.encode_into(text, crate::Policy::Strict, &mut sample).unwrap();
            for utf8_only in [false, true] {
                let mut base = OfBase::new(utf8_only);
                base.take(&sample, &ReadOptions::new());
                assert_eq!(base.charset().0, charset, "{text}");
            }
        }
    }
}
