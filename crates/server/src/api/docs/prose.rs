//! The little of CommonMark that our own descriptions use: code in backticks. Anything else stays as it is
//! written.

/// One paragraph, cut into words and code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prose {
    /// In order; `true` marks code.
    pub(super) pieces: Vec<(bool, String)>,
}

impl Prose {
    /// One paragraph.
    pub(super) fn of(text: &str) -> Prose {
        // Every second piece stood between backticks.
        let pieces = text.split('`').enumerate().map(|(index, piece)| (index % 2 == 1, piece.to_owned()));
        Prose { pieces: pieces.filter(|(_, piece)| !piece.is_empty()).collect() }
    }

    /// The paragraphs of a text, which empty lines separate.
    pub(super) fn paragraphs(text: &str) -> Vec<Prose> {
        text.split("\n\n").map(str::trim).filter(|text| !text.is_empty()).map(Prose::of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_told_from_words_and_paragraphs_from_lines() {
        let read = Prose::paragraphs("Send `to` and\n`purpose`.\n\n<b>\n");
        let piece = |code: bool, text: &str| (code, text.to_owned());
        assert_eq!(read.len(), 2);
        assert_eq!(
            read[0].pieces,
            [
                piece(false, "Send "),
                piece(true, "to"),
                piece(false, " and\n"),
                piece(true, "purpose"),
                piece(false, ".")
            ]
        );
        assert_eq!(read[1].pieces, [piece(false, "<b>")]);
    }
}
