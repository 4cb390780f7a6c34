//! The older versions of an IRBIS64 record: a chain of decreasing offsets.

use std::io::{Read, Seek};

use super::open::Reader;
use crate::error::Result;
use crate::finding::Finding;
use crate::format::isis::rules::VERSION_CHAIN;
use crate::format::isis::variant::RecordHead;
use crate::position::Location;

/// The most versions of a record that are followed.
const MOST_VERSIONS: usize = 1 << 20;

impl<R: Read + Seek> Reader<R> {
    /// Collects the versions of the record at `offset`, and checks each link of the chain.
    pub(super) fn find_versions(&mut self, offset: u64, mfn: u32) -> Result<()> {
        let variant = self.found.variant;
        self.versions.push(offset);
        if !variant.is_irbis64() {
            return Ok(());
        }
        let mut newer: (u64, RecordHead) = match variant.leader(self.mst.get(offset, 32)?) {
            Some(leader) => (offset, leader),
            None => return Ok(()),
        };
        while newer.1.previous != 0 {
            let (at, leader) = newer;
            let previous = leader.previous;
            let fault = if previous >= at || previous < variant.first() {
                Some(format!(
                    "its header places its previous version at byte {previous}, not before its own {at}"
                ))
            } else {
                match variant.leader(self.mst.get(previous, 32)?) {
                    Some(old) if !variant.is_leader(&old) || old.mfn != mfn => Some(format!(
                        "byte {previous}, where its previous version should be, has another record or none"
                    )),
                    Some(old) if old.version.checked_add(1) != Some(leader.version) => {
                        Some(format!("version {} comes after version {}", leader.version, old.version))
                    }
                    Some(old) => {
                        newer = (previous, old);
                        None
                    }
                    None => {
                        Some(format!("no record is at byte {previous}, where its previous version should be"))
                    }
                }
            };
            let fault = fault.or_else(|| {
                let is_full = self.versions.len() >= MOST_VERSIONS;
                is_full.then(|| format!("the record has more than {MOST_VERSIONS} versions"))
            });
            if let Some(message) = fault {
                let mut location = Location::of(self.findings.record());
                (location.byte, location.len, location.mfn) = (at.saturating_add(8), 8, Some(mfn));
                let action = "older versions left out";
                self.findings.push(Finding::new(VERSION_CHAIN, location, message, action));
                return Ok(());
            }
            self.versions.push(previous);
        }
        Ok(())
    }
}
