//! Derived texts of a column, kept back to back instead of one allocation each.

use rayon::prelude::*;

use crate::table::Dictionary;

/// Codes handled as one piece of work, and one piece of memory.
const CHUNK_BITS: u32 = 12;
const CHUNK: u32 = 1 << CHUNK_BITS;

/// Maps a column's distinct texts in parallel, one piece of consecutive codes at
/// a time; the pieces come back in order, whatever the number of threads.
pub(super) fn by_chunk<T: Send>(
    dictionary: &Dictionary,
    read: impl Fn(u32, &mut dyn Iterator<Item = &str>) -> T + Sync,
) -> Vec<T> {
    by_chunk_with(dictionary, || (), |(), first, texts| read(first, texts))
}

/// The same with something that is kept from chunk to chunk, and must change nothing in what they give.
pub(super) fn by_chunk_with<T: Send, K>(
    dictionary: &Dictionary,
    keep: impl Fn() -> K + Sync + Send,
    read: impl Fn(&mut K, u32, &mut dyn Iterator<Item = &str>) -> T + Sync,
) -> Vec<T> {
    let len = dictionary.len() as u32;
    (0..len.div_ceil(CHUNK))
        .into_par_iter()
        .map_init(keep, |kept, chunk| {
            let first = chunk << CHUNK_BITS;
            let codes = first..len.min(first.saturating_add(CHUNK));
            read(kept, first, &mut codes.map(|code| dictionary.text(code)))
        })
        .collect()
}

/// One value a distinct text, in order of codes; the missing text gives the default.
pub(super) fn each<T: Send + Default>(dictionary: &Dictionary, read: impl Fn(&str) -> T + Sync) -> Vec<T> {
    let chunks = by_chunk(dictionary, |_, texts| {
        texts.map(|text| if text.is_empty() { T::default() } else { read(text) }).collect::<Vec<T>>()
    });
    let mut all = Vec::with_capacity(dictionary.len());
    for chunk in chunks {
        all.extend(chunk);
    }
    all
}

/// One text a code.
#[derive(Debug, Default)]
pub(super) struct Texts {
    chunks: Vec<Chunk>,
}

/// Texts of consecutive codes. Offsets are 32 bits wide: a chunk that would pass
/// 4 GiB (a mean name of a megabyte) keeps its further texts empty.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    bytes: String,
    ends: Vec<u32>,
}

impl Chunk {
    /// Room for as many texts as a chunk has.
    pub(super) fn new() -> Self {
        Self { bytes: String::with_capacity(CHUNK as usize * 16), ends: Vec::with_capacity(CHUNK as usize) }
    }

    /// Where the next text is written: append to it, then [`Self::finish_text`].
    pub(super) fn buffer(&mut self) -> &mut String {
        &mut self.bytes
    }

    /// Ends the text written last.
    pub(super) fn finish_text(&mut self) {
        let begin = self.ends.last().copied().unwrap_or(0);
        let end = u32::try_from(self.bytes.len()).unwrap_or(begin);
        self.bytes.truncate(end as usize);
        self.ends.push(end);
    }

    fn get(&self, at: usize) -> Option<&str> {
        let begin = if at == 0 { 0 } else { *self.ends.get(at - 1)? };
        self.bytes.get(begin as usize..*self.ends.get(at)? as usize)
    }

    fn shrunk(mut self) -> Self {
        self.bytes.shrink_to_fit();
        self
    }
}

impl Texts {
    /// The chunks of [`by_chunk`], in order.
    pub(super) fn new(chunks: impl IntoIterator<Item = Chunk>) -> Self {
        Self { chunks: chunks.into_iter().map(Chunk::shrunk).collect() }
    }

    /// The text of a code; empty for a code there is none of. O(1).
    pub(super) fn get(&self, code: u32) -> &str {
        let chunk = self.chunks.get((code >> CHUNK_BITS) as usize);
        chunk.and_then(|chunk| chunk.get((code & (CHUNK - 1)) as usize)).unwrap_or("")
    }
}

/// Texts of the few codes whose derived form is not the text itself.
#[derive(Debug, Default)]
pub(super) struct Rewritten {
    codes: Vec<u32>,
    texts: Vec<Box<str>>,
}

impl Rewritten {
    /// From lists of codes and texts, rising by code over all lists.
    pub(super) fn new(lists: impl IntoIterator<Item = Vec<(u32, Box<str>)>>) -> Self {
        let (codes, texts) = lists.into_iter().flatten().unzip();
        Self { codes, texts }
    }

    /// The rewritten text of a code, if it was. O(log rewritten).
    pub(super) fn get(&self, code: u32) -> Option<&str> {
        let at = self.codes.binary_search(&code).ok()?;
        self.texts.get(at).map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::DictionaryBuilder;

    #[test]
    fn chunks_join_in_order_of_codes() {
        let mut builder = DictionaryBuilder::default();
        let names: Vec<String> = (0..10_000).map(|n| format!("t{n}")).collect();
        for name in &names {
            builder.code(name);
        }
        let dictionary = builder.finish();
        let lengths = each(&dictionary, str::len);
        assert_eq!(lengths.len(), 10_001);
        assert_eq!(lengths[0], 0);
        let chunks = by_chunk(&dictionary, |_, texts| {
            let mut chunk = Chunk::new();
            for text in texts {
                chunk.buffer().push_str(text);
                chunk.finish_text();
            }
            chunk
        });
        let texts = Texts::new(chunks);
        for code in [0, 1, 4095, 4096, 8192, 10_000] {
            assert_eq!(texts.get(code), dictionary.text(code), "{code}");
        }
        assert_eq!(texts.get(10_001), "");
    }

    #[test]
    fn a_text_not_rewritten_is_none() {
        let rewritten = Rewritten::new([vec![(3, "a".into())], vec![(9, "b".into())]]);
        assert_eq!((rewritten.get(3), rewritten.get(4), rewritten.get(9)), (Some("a"), None, Some("b")));
    }
}
