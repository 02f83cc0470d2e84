//! A place for one picture: what is asked for, the picture that is there, what was wrong with the last one. Without a
//! script it is a plain form; with one the picture goes in pieces and shows as soon as the server has it.

use super::Problem;
use countersign_flows::core::model::EvidenceSlot;

/// One slot, as `parts/upload.html` shows it.
pub(crate) struct UploadField {
    /// Which.
    pub(crate) slot: EvidenceSlot,
    /// Where it is posted: `…/evidence`.
    pub(crate) path: String,
    /// Where the picture is that was taken already.
    pub(crate) picture: Option<String>,
    /// What was wrong with the last one.
    pub(crate) problem: Option<Problem>,
    /// The page is asked for again once the picture is there, so that it says what comes next.
    pub(crate) reloads: bool,
}

impl UploadField {
    /// The slot's stable text: the name of the field, and the beginning of its ids.
    pub(super) fn name(&self) -> &'static str {
        self.slot.as_str()
    }

    pub(super) fn label_key(&self) -> &'static str {
        match self.slot {
            EvidenceSlot::DocumentFront => "upload-document-front",
            EvidenceSlot::DocumentBack => "upload-document-back",
            EvidenceSlot::NotePhoto => "upload-note-photo",
            EvidenceSlot::Attachment => "upload-attachment",
        }
    }

    pub(super) fn bytes_max(&self) -> u64 {
        countersign_flows::UPLOAD_BYTES_MAX
    }
}

/// Every problem of an upload.
#[cfg(test)]
pub(super) fn problems() -> Vec<Problem> {
    use countersign_flows::core::model::EvidenceRefusal;
    let refusals = EvidenceRefusal::ALL.iter().map(|refusal| Problem::Upload(*refusal));
    refusals.chain([Problem::UploadMissing, Problem::UploadGone]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::views::{Layout, samples::Samples};
    use crate::web::words::Words;
    use askama::Template;
    use countersign_flows::core::model::EvidenceRefusal;

    #[derive(Template)]
    #[template(
        source = "{% import \"parts/upload.html\" as upload %}{% let t = layout.words %}\
                  {% call upload::field(layout, t, field) %}{% endcall %}",
        ext = "html"
    )]
    struct Alone {
        layout: Layout,
        field: UploadField,
    }

    fn drawn(words: &'static Words, slot: EvidenceSlot, problem: Option<Problem>) -> String {
        let samples = Samples { words, ..Samples::plain() };
        let (path, picture) = ("/recover/evidence".to_owned(), Some("/recover/evidence/evd_1".to_owned()));
        let field = UploadField { slot, path, picture, problem, reloads: true };
        Alone { layout: samples.layout(), field }.render().unwrap_or_default()
    }

    #[test]
    fn every_slot_and_every_refusal_has_words_in_every_language() {
        for words in Words::all() {
            for slot in EvidenceSlot::ALL {
                let html = drawn(words, *slot, None);
                assert!(!html.contains('⟦'), "{}", &html[html.find('⟦').unwrap_or(0)..]);
                assert!(html.contains("enctype=\"multipart/form-data\"") && html.contains("name=\"csrf\""));
                let (token, file) = (html.find("name=\"csrf\""), html.find("type=\"file\""));
                assert!(token < file, "the token is read before the file");
            }
            for refusal in EvidenceRefusal::ALL {
                let html = drawn(words, EvidenceSlot::DocumentBack, Some(Problem::Upload(*refusal)));
                assert!(html.contains("aria-invalid=\"true\"") && html.contains("data-problem=\"73"));
                assert!(!html.contains('⟦'), "{}: {}", refusal.as_str(), html);
            }
        }
    }
}
