//! Evidence for MicroLIF in the first bytes of an input.

use super::leader_at;
use crate::bytes::Cut;
use crate::format::verdict::{Confidence, Sample, Verdict, miss};

pub(crate) fn sniff(sample: &Sample<'_>) -> Verdict {
    let sample = sample.content;
    let Some(at) = leader_at(sample, 0) else { return miss(0, "no line in it begins with LDR") };
    // The first leader may be damaged.
    let mut starts = std::iter::successors(Some(at), |at| leader_at(sample, at + 1));
    let is_leader = |at: &usize| {
        let leader = sample.cut(at + 3..);
        let digits = leader.iter().take(5).filter(|byte| byte.is_ascii_digit()).count();
        digits == 5 && leader.get(20..22) == Some(b"45")
    };
    let Some(sound) = starts.find(is_leader) else { return miss(1, "no leader comes after LDR") };
    let leader = sample.cut(sound + 3..);
    let marks = leader.iter().take(2_000).filter(|byte| matches!(byte, b'^' | b'`')).count();
    match (at <= 200, marks) {
        (true, 1..) => Ok((Confidence::Certain, "LDR with a leader, and ^ where fields end".to_owned())),
        (true, 0) => Ok((Confidence::Likely, "LDR with a leader, and lines".to_owned())),
        (false, _) => Ok((Confidence::Possible, format!("LDR with a leader, after {at} bytes"))),
    }
}
