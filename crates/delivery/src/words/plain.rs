//! Text from outside (a brand, a payee, a device's name) made fit to stand in a sentence: one line, nothing
//! invisible, and no longer than its place.

use countersign_smpp::gsm7;

/// Stands for what was left out.
const CUT: &str = "...";

/// One line without control characters, invisible marks and marks that turn the reading direction: none of
/// them may forge a line of a message or a header of an email. Runs of white space become one space.
pub(super) fn one_line(text: &str) -> String {
    let visible = text.chars().filter(|character| !is_invisible(*character));
    let spaced: String = visible.map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).collect();
    spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// As [`one_line`], with what the GSM alphabet lacks but means the same written in it: one curly quote would
/// turn the whole message into UCS-2 and more than double its price.
pub(super) fn for_sms(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in one_line(text).chars() {
        match character {
            '\u{2018}'..='\u{201B}' | '`' | '´' | '\u{2032}' => written.push('\''),
            '\u{201C}'..='\u{201F}' | '«' | '»' | '\u{2033}' => written.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => written.push('-'),
            '•' | '·' => written.push('*'),
            '…' => written.push_str("..."),
            other => written.push(other),
        }
    }
    written
}

/// Zero-width and direction marks (Unicode Standard, 23.2 and 23.3, and UAX 9).
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// How much room a text takes: septets when the GSM alphabet has all of it, else characters.
pub(super) fn width(text: &str) -> usize {
    gsm7::septet_count(text).unwrap_or_else(|| text.encode_utf16().count())
}

/// Keeps head and tail, as much as fits `room`: an address that someone made alike in a few characters of
/// both ends must still be told apart, so no character is given away that has room.
pub(super) fn head_and_tail(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let kept = (0..characters.len()).rev().find_map(|kept| {
        let (head, tail) = (kept.div_ceil(2), kept / 2);
        let head = characters[..head].iter();
        let tail = characters[characters.len() - tail..].iter();
        let cut: String = head.copied().chain(CUT.chars()).chain(tail.copied()).collect();
        (width(&cut) <= room).then_some(cut)
    });
    kept.unwrap_or_else(|| CUT.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_invisible_and_no_line_break_is_left() {
        let hostile =
            "Ac\u{202E}me\r\nBcc: eve@x.example\n\n@evil.example #000000\u{2028}\u{0}\t\u{85}end\u{200B}";
        assert_eq!(one_line(hostile), "Acme Bcc: eve@x.example @evil.example #000000 end");
    }

    #[test]
    fn typography_is_written_in_the_gsm_alphabet() {
        assert_eq!(for_sms("“Acme”\u{a0}– it’s •• … `x`"), "\"Acme\" - it's ** ... 'x'");
        assert!(gsm7::septet_count(&for_sms("“Acme”\u{a0}– it’s •• … `x`")).is_some());
    }

    #[test]
    fn head_and_tail_are_kept_as_far_as_there_is_room() {
        let address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq";
        assert_eq!(head_and_tail(address, 42), address);
        assert_eq!(head_and_tail(address, 13), "bc1qa...f5mdq");
        assert_eq!(head_and_tail(address, 12), "bc1qa...5mdq");
        assert_eq!(head_and_tail(address, 2), "...");
        // Each bracket takes two septets.
        assert_eq!(head_and_tail("[[[[[[[[[[", 9), "[[...[");
    }
}
