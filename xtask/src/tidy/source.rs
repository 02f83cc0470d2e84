//! A Rust source file taken apart just enough to judge it: code, string literals, functions.
//!
//! Decides where comments, strings and characters start and end, so that no check mistakes words for code.
//! Refuses to parse: macros, types and expressions are text with braces in it.

/// A source file with its comments and literals told apart from its code.
pub(crate) struct Source {
    /// The text with every comment and every literal's content blanked out; line breaks stay where they were.
    pub(crate) code: String,
    /// Each string literal: the line it starts on (from 1) and its content as written.
    pub(crate) strings: Vec<(usize, String)>,
}

/// A function, from the line of its `fn` to the line of its last brace (both from 1).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) first_line: usize,
    pub(crate) last_line: usize,
}

impl Source {
    pub(crate) fn read(text: &str) -> Source {
        let mut reader =
            Reader { rest: text, line: 1, code: String::with_capacity(text.len()), strings: Vec::new() };
        while !reader.rest.is_empty() {
            reader.step();
        }
        Source { code: reader.code, strings: reader.strings }
    }

    /// Every function with a body, nested ones included.
    pub(crate) fn functions(&self) -> Vec<Function> {
        let starts = words(&self.code).filter(|&(_, word)| word == "fn");
        starts.filter_map(|(at, _)| self.function(at)).collect()
    }

    fn function(&self, fn_at: usize) -> Option<Function> {
        let after = &self.code[fn_at + 2..];
        let name: String = after.trim_start().chars().take_while(|&c| is_word(c)).collect();
        if name.is_empty() {
            return None; // `fn(u8) -> u8` is a type
        }
        let body_at = fn_at + 2 + body_start(after)?;
        let end_at = body_at + matching_brace(&self.code[body_at..])?;
        let line = |at: usize| 1 + self.code[..at].matches('\n').count();
        Some(Function { name, first_line: line(fn_at), last_line: line(end_at) })
    }
}

/// The words of a text with where they start, in order.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(|c: char| !is_word(c)).filter_map(move |word| {
        let start = at;
        // What split the words is one character of any width; find the next start from what is left.
        at += word.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
        (!word.is_empty()).then_some((start, word))
    })
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Where the body's brace stands in a signature; `None` when the function ends at a semicolon, without a
/// body.
fn body_start(signature: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, character) in signature.char_indices() {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(at),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn matching_brace(code: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, character) in code.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

struct Reader<'text> {
    rest: &'text str,
    line: usize,
    code: String,
    strings: Vec<(usize, String)>,
}

impl Reader<'_> {
    /// Takes one comment, literal, word or character.
    fn step(&mut self) {
        if self.rest.starts_with("//") {
            let length = self.rest.find('\n').unwrap_or(self.rest.len());
            self.blank(length);
        } else if self.rest.starts_with("/*") {
            let length = block_comment(self.rest);
            self.blank(length);
        } else if let Some((opening, hashes)) = raw_opening(self.rest) {
            self.raw_string(opening, hashes);
        } else if let Some(opening) =
            ["\"", "b\"", "c\""].iter().find(|opening| self.rest.starts_with(**opening))
        {
            self.string(opening.len());
        } else if let Some(length) = character_literal(self.rest) {
            self.blank(length);
        } else {
            let word = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
            let length = word.max(self.rest.chars().next().map_or(0, char::len_utf8));
            self.keep(length);
        }
    }

    fn string(&mut self, opening: usize) {
        let mut escaped = false;
        let end = self.rest[opening..].find(|character| {
            let closes = character == '"' && !escaped;
            escaped = character == '\\' && !escaped;
            closes
        });
        self.literal(opening, end.map_or(self.rest.len(), |end| opening + end), 1);
    }

    fn raw_string(&mut self, opening: usize, hashes: usize) {
        let closing = format!("\"{}", "#".repeat(hashes));
        let end = self.rest[opening..].find(&closing).map_or(self.rest.len(), |end| opening + end);
        self.literal(opening, end, closing.len());
    }

    fn literal(&mut self, opening: usize, end: usize, closing: usize) {
        let content = self.rest[opening..end].to_owned();
        self.strings.push((self.line, content));
        self.keep(opening);
        self.blank(end - opening);
        self.keep(closing.min(self.rest.len()));
    }

    fn keep(&mut self, length: usize) {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.code.push_str(taken);
        self.rest = rest;
    }

    fn blank(&mut self, length: usize) {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.code.extend(taken.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.rest = rest;
    }
}

fn block_comment(text: &str) -> usize {
    let (mut at, mut depth) = (2, 1);
    while depth > 0 {
        let Some(next) = text[at..].find("/*").into_iter().chain(text[at..].find("*/")).min() else {
            return text.len();
        };
        depth += if text[at + next..].starts_with("/*") { 1 } else { -1 };
        at += next + 2;
    }
    at
}

/// The length of a raw string's opening and its number of hashes: `r"`, `r#"`, `br##"`.
fn raw_opening(text: &str) -> Option<(usize, usize)> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        text.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('"') || rest.starts_with('#'))
    })?;
    let after = &text[prefix.len()..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some((prefix.len() + hashes + 1, hashes))
}

/// The length of a character literal; `None` for a lifetime.
fn character_literal(text: &str) -> Option<usize> {
    let opening = if text.starts_with("b'") { 2 } else { 1 };
    let content = text.strip_prefix("b'").or_else(|| text.strip_prefix('\''))?;
    if content.starts_with('\\') {
        let end = content.char_indices().skip(2).find(|&(_, character)| character == '\'')?.0;
        return Some(opening + end + 1);
    }
    let first = content.chars().next()?;
    content[first.len_utf8()..].starts_with('\'').then_some(opening + first.len_utf8() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_not_code() {
        let source = Source::read(
            "let a = \"fn x() { \\\" }\"; // fn y() {\n/* { /* nested { */ fn */ let b = '{'; let c = b'\\'';\n\
             let d: &'static str = r#\"a \" { \"#; let e = '\\u{7b}'; let f = br\"\\\"; fn real() {}",
        );
        assert_eq!(source.code.matches('{').count(), 1, "{}", source.code);
        assert_eq!(source.code.matches('}').count(), 1);
        assert_eq!(source.code.lines().count(), 3);
        assert!(source.code.contains("&'static str"));
        let strings: Vec<(usize, &str)> =
            source.strings.iter().map(|(line, text)| (*line, text.as_str())).collect();
        assert_eq!(strings, [(1, "fn x() { \\\" }"), (3, "a \" { "), (3, "\\")]);
        assert_eq!(source.functions().len(), 1);
    }

    #[test]
    fn words_are_found_where_they_stand() {
        let found: Vec<(usize, &str)> = words("é→fn  a_b;c").collect();
        assert_eq!(found, [(0, "é"), (5, "fn"), (9, "a_b"), (13, "c")]);
    }

    #[test]
    fn functions_are_measured_from_fn_to_brace() {
        let source = Source::read(
            "trait T { fn none(&self) -> [u8; 4]; fn some(&self) {} }\n\
             pub async fn outer<'a, const N: usize>(\n    x: fn(u8) -> u8,\n\
             ) -> impl Fn()\nwhere\n    u8: Copy,\n{\n    \
             fn inner() {\n    }\n    if x { \"}\" } else { '}' };\n}\n",
        );
        let found: Vec<(String, usize, usize)> = source
            .functions()
            .into_iter()
            .map(|function| (function.name, function.first_line, function.last_line))
            .collect();
        let expected = [("some", 1, 1), ("outer", 2, 11), ("inner", 8, 9)];
        assert_eq!(found, expected.map(|(name, first, last)| (name.to_owned(), first, last)));
    }

    #[test]
    fn unfinished_text_ends_the_file_and_nothing_else() {
        for text in ["\"abc", "r#\"abc\"", "/* abc", "'", "b'\\", "fn", "fn a(", "fn a() {", "r#type"] {
            let source = Source::read(text);
            assert_eq!(source.code.chars().count(), text.chars().count(), "{text}");
            assert!(source.functions().is_empty(), "{text}");
        }
    }
}
