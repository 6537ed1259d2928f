//! The keys of an object, as they stood in the one before.

use super::scan::Scan;

/// What stands between two values: a comma, a key and a colon, with their white space; and what the key means.
struct Entry<K> {
    text: Box<[u8]>,
    key: K,
}

/// What stands before the values of objects, in the order in which it was last seen.
///
/// Objects of one file mostly have the same keys in the same order, written by the same program: then a key is found by
/// comparing bytes once, and its name is not looked at.
pub(super) struct Template<K> {
    /// Before the first value of an object.
    first: Vec<Entry<K>>,
    /// Before the others.
    later: Vec<Entry<K>>,
}

/// Where in a template an object is.
#[derive(Clone, Copy, Default)]
pub(super) struct Progress {
    began: bool,
    next: usize,
}

/// The most that is kept of a template, and of what stands before a value.
const MOST_ENTRIES: usize = 64;
const LONGEST: usize = 256;

impl<K> Default for Template<K> {
    fn default() -> Self {
        Self { first: Vec::new(), later: Vec::new() }
    }
}

impl<K: Copy> Template<K> {
    /// Goes behind the next key and its colon, or behind the end of the object, which is none. `find` tells what a key
    /// means that is not where it was.
    pub(super) fn next(
        &mut self,
        progress: &mut Progress,
        scan: &mut Scan<'_>,
        find: impl FnOnce(&str) -> Option<K>,
    ) -> Option<Option<K>> {
        let rest = scan.rest();
        if rest.first() == Some(&b'}') {
            scan.at += 1;
            return Some(None);
        }
        let (entries, next) = if progress.began { (&self.later, progress.next) } else { (&self.first, 0) };
        for (at, entry) in entries.iter().enumerate().skip(next) {
            if rest.get(..entry.text.len()).is_some_and(|start| same(start, &entry.text)) {
                scan.at += entry.text.len();
                progress.next = if progress.began { at + 1 } else { 0 };
                progress.began = true;
                return Some(Some(entry.key));
            }
        }
        self.learn(progress, scan, find)
    }

    fn learn(
        &mut self,
        progress: &mut Progress,
        scan: &mut Scan<'_>,
        find: impl FnOnce(&str) -> Option<K>,
    ) -> Option<Option<K>> {
        let start = scan.at;
        scan.space();
        if scan.eat(b'}') {
            return Some(None);
        }
        if progress.began {
            if !scan.eat(b',') {
                return None;
            }
            scan.space();
        }
        let name = scan.string()?;
        scan.space();
        if !scan.eat(b':') {
            return None;
        }
        scan.space();
        let key = find(name)?;
        let text = scan.since(start);
        let entries = if progress.began { &mut self.later } else { &mut self.first };
        let known = entries.iter().position(|entry| *entry.text == *text);
        let at = known.unwrap_or(progress.next.min(entries.len()));
        if known.is_none() && entries.len() < MOST_ENTRIES && text.len() <= LONGEST {
            entries.insert(at, Entry { text: text.into(), key });
        }
        progress.next = if progress.began { at + 1 } else { 0 };
        progress.began = true;
        Some(Some(key))
    }

    pub(super) fn clear(&mut self) {
        self.first.clear();
        self.later.clear();
    }
}

/// Whether bytes are the same, without a call: what is compared here is short and mostly the same.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    // The last word overlaps the one before it.
    let (Some(last), Some(last_of_b)) = (a.last_chunk::<8>(), b.last_chunk::<8>()) else {
        return a.iter().zip(b).all(|(a, b)| a == b);
    };
    let mut words = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0);
    words.all(|(a, b)| a == b) && last == last_of_b
}
