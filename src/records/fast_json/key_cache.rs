//! The keys of an object, as they stood in the one before.

use super::scan::JsonScanner;

/// What stands between two values: a comma, a key and a colon, with their white space; and what the key means.
struct CachedKey<K> {
    text: Box<[u8]>,
    key: K,
}

/// What stands before the values of objects, in the order in which it was last seen.
///
/// Objects of one file mostly have the same keys in the same order, written by the same program: then a key is found by
/// comparing bytes once, and its name is not looked at.
pub(super) struct KeyCache<K> {
    /// Before the first value of an object.
    first: Vec<CachedKey<K>>,
    /// Before the others.
    later: Vec<CachedKey<K>>,
}

/// Where among the keys of a cache an object is.
#[derive(Clone, Copy, Default)]
pub(super) struct ObjectPosition {
    began: bool,
    next: usize,
}

/// The most keys that are kept, and the most bytes of what stands before a value.
const MOST_ENTRIES: usize = 64;
const LONGEST: usize = 256;

impl<K> Default for KeyCache<K> {
    fn default() -> Self {
        Self { first: Vec::new(), later: Vec::new() }
    }
}

impl<K: Copy> KeyCache<K> {
    /// Goes behind the next key and its colon, or behind the end of the object, which is none. `find` tells what a key
    /// means that is not where it was.
    pub(super) fn next(
        &mut self,
        progress: &mut ObjectPosition,
        scan: &mut JsonScanner<'_>,
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
        progress: &mut ObjectPosition,
        scan: &mut JsonScanner<'_>,
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
            entries.insert(at, CachedKey { text: text.into(), key });
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys of an object, which are numbers, as its values are; and how many names were looked at.
    fn read(cache: &mut KeyCache<u32>, object: &str) -> Option<(Vec<u32>, usize)> {
        let (mut scan, mut progress) = (JsonScanner::new(object, 1, true), ObjectPosition::default());
        let (mut keys, mut names) = (Vec::new(), 0);
        let mut find = |name: &str| {
            names += 1;
            name.parse().ok()
        };
        while let Some(key) = cache.next(&mut progress, &mut scan, &mut find)? {
            keys.push(key);
            scan.number()?;
        }
        (scan.at == object.len()).then_some((keys, names))
    }

    /// An object of these keys, each with so many digits.
    fn object(keys: &[u32], digits: usize) -> String {
        let members: Vec<String> = keys.iter().map(|key| format!("\"{key:0digits$}\": 0")).collect();
        format!("{{{}}}", members.join(", "))
    }

    #[test]
    fn the_name_of_a_key_that_stands_where_it_stood_is_not_looked_at() {
        let keys = [1, 22, 333, 4, 5, 22_222_222];
        let mut spaced = object(&keys, 3);
        spaced = spaced.replace('{', "{ ").replace(',', "\t,").replace(':', " :").replace('}', "\r\n}");
        for object in [object(&keys, 1), object(&keys, 8), object(&keys, LONGEST - 6), spaced] {
            let mut cache = KeyCache::default();
            for names in [keys.len(), 0, 0] {
                assert_eq!(read(&mut cache, &object), Some((keys.to_vec(), names)), "{object}");
            }
            cache.clear();
            assert_eq!(read(&mut cache, &object), Some((keys.to_vec(), keys.len())), "{object}");
        }
    }

    #[test]
    fn the_name_of_a_key_behind_others_that_are_left_out_is_not_looked_at() {
        let mut cache = KeyCache::default();
        assert_eq!(read(&mut cache, &object(&[1, 2, 3, 4, 5], 1)), Some((vec![1, 2, 3, 4, 5], 5)));
        for keys in [&[1, 3, 4, 5][..], &[1, 2, 5], &[1, 4], &[1], &[]] {
            assert_eq!(read(&mut cache, &object(keys, 1)), Some((keys.to_vec(), 0)));
        }
    }

    #[test]
    fn keys_are_what_they_are_in_any_order() {
        let mut cache = KeyCache::default();
        for keys in [[1, 2, 3], [1, 3, 2], [3, 1, 2], [2, 2, 1], [1, 12, 123], [12, 1, 1], [3, 2, 1]] {
            for digits in [1, 8, 9] {
                let found = read(&mut cache, &object(&keys, digits)).map(|(found, _)| found);
                assert_eq!(found, Some(keys.to_vec()), "with {digits} digits");
            }
        }
        for wrong in ["{\"1\": 0 \"2\": 0}", "{, \"1\": 0}", "{\"1\" 0}", "{\"1\": 0, 2: 0}", "{\"x\": 0}", "{\"1\": 0"]
        {
            assert_eq!(read(&mut cache, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn no_more_is_kept_than_the_most() {
        let mut cache = KeyCache::default();
        let keys: Vec<u32> = (0..200).collect();
        for turn in 0..keys.len() {
            let keys = [&keys[turn..], &keys[..turn]].concat();
            assert_eq!(read(&mut cache, &object(&keys, 1)).map(|(found, _)| found), Some(keys));
        }
        assert_eq!((cache.first.len(), cache.later.len()), (MOST_ENTRIES, MOST_ENTRIES));

        let (mut cache, keys) = (KeyCache::default(), [1, 2, 3]);
        for _ in 0..2 {
            assert_eq!(read(&mut cache, &object(&keys, LONGEST)), Some((keys.to_vec(), keys.len())));
        }
        assert_eq!((cache.first.len(), cache.later.len()), (0, 0));
    }

    #[test]
    fn bytes_are_the_same_if_all_are() {
        let bytes: Vec<u8> = (0..40).collect();
        for length in 0..bytes.len() {
            let bytes = &bytes[..length];
            assert!(same(bytes, bytes), "{length}");
            for at in 0..length {
                let mut other = bytes.to_vec();
                other[at] ^= 1;
                assert!(!same(bytes, &other), "{length}, but for the byte at {at}");
                assert!(!same(bytes, &bytes[..at]), "{length} and {at}");
            }
        }
    }
}
