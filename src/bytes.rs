//! Cuts of slices that cannot fail, and slices in blocks.

use std::slice::SliceIndex;

/// Cuts a range out of a slice or a text.
pub(crate) trait Cut<R> {
    /// What is cut.
    type Part: ?Sized;

    /// Returns the part in `range`, or an empty one where `range` is not wholly inside: for places that are known to
    /// be inside, and for those where nothing there and nothing left are the same.
    fn cut(&self, range: R) -> &Self::Part;
}

impl<T, R: SliceIndex<[T], Output = [T]>> Cut<R> for [T] {
    type Part = [T];

    #[inline]
    fn cut(&self, range: R) -> &[T] {
        self.get(range).unwrap_or_default()
    }
}

impl<R: SliceIndex<str, Output = str>> Cut<R> for str {
    type Part = str;

    #[inline]
    fn cut(&self, range: R) -> &str {
        self.get(range).unwrap_or_default()
    }
}

/// Gives all bytes to `each`, sixteen at a time, and at the end what is left, filled up with `fill`.
#[inline(always)]
pub(crate) fn sixteens(bytes: &[u8], fill: u8, mut each: impl FnMut(&[u8; 16])) {
    let (blocks, rest) = bytes.as_chunks::<16>();
    let (fours, ones) = blocks.as_chunks::<4>();
    for [one, two, three, four] in fours {
        each(one);
        each(two);
        each(three);
        each(four);
    }
    ones.iter().for_each(&mut each);
    let mut last = [fill; 16];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    each(&last);
}
