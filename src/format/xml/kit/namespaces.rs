//! Open elements, and the namespaces that they declare.

use super::element::{attributes, name, split};

/// An open element: its qualified name, and the namespaces that it declares.
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub(super) name: Vec<u8>,
    namespaces: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Element {
    pub(super) fn new(tag: &[u8]) -> Element {
        let declared = attributes(tag)
            .filter_map(|(attribute, uri)| Some((declared_prefix(attribute)?.to_vec(), uri.to_vec())));
        Element { name: name(tag).to_vec(), namespaces: declared.collect() }
    }
}

/// Returns the prefix that an attribute declares; empty for the default namespace.
fn declared_prefix(attribute: &[u8]) -> Option<&[u8]> {
    match split(attribute) {
        (b"", b"xmlns") => Some(&[]),
        (b"xmlns", prefix) => Some(prefix),
        _ => None,
    }
}

/// Returns the namespace to which a prefix is bound in a start tag, inside open elements.
pub(super) fn namespace<'a>(open: &'a [Element], prefix: &[u8], tag: &'a [u8]) -> Option<&'a [u8]> {
    let own = attributes(tag).find(|(attribute, _)| declared_prefix(attribute) == Some(prefix));
    let around = || open.iter().rev().flat_map(|element| &element.namespaces);
    match own {
        Some((_, uri)) => Some(uri),
        None => around().find(|(bound, _)| bound == prefix).map(|(_, uri)| uri.as_slice()),
    }
}
