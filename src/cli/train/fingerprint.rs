//! The extracts that a model was trained on, as one hash.

use sha2::{Digest, Sha256};

use crate::ingest::Delivery;
use crate::settings::{Settings, hex};

/// SHA-256 over each delivered source's id, number of kept rows and the SHA-256 of its files, in the
/// order of the sources: the same for the same extracts, whatever their files are called.
pub(in crate::cli) fn of(settings: &Settings, deliveries: &[Delivery]) -> String {
    let mut hash = Sha256::new();
    for (source, delivery) in settings.sources.iter().zip(deliveries) {
        let Delivery::Delivered(extract) = delivery else { continue };
        hash.update(format!("{} {}\n", source.id, extract.account.rows_kept));
        for file in &extract.account.files {
            hash.update(format!("{} {}\n", file.bytes, file.sha256));
        }
    }
    hex(&hash.finalize())
}
