//! Just enough of Rust's lexer to tell code from comments and from the insides of strings, line by line, so that a
//! rule about code is not broken by a sentence about it.

/// A source file twice: with all but the code blanked, and with all but the comments blanked. Lines stay in place.
pub(super) struct Views {
    pub(super) code: String,
    pub(super) comments: String,
}

pub(super) fn views(text: &str) -> Views {
    let mut views = Views { code: String::new(), comments: String::new() };
    let mut rest = text;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let (kind, length) = next_token(rest, c, before);
        let token = &rest[..length];
        views.code.push_str(&if kind == Kind::Code { token.to_owned() } else { blank(token) });
        views.comments.push_str(&if kind == Kind::Comment { token.to_owned() } else { blank(token) });
        before = c;
        rest = &rest[length..];
    }
    views
}

/// The part of a code view that ships: all before the module of tests.
pub(super) fn production(code: &str) -> &str {
    let mut start = 0;
    let mut attribute = None;
    for line in code.split_inclusive('\n') {
        match attribute {
            Some(at) if line.starts_with("mod ") => return &code[..at],
            _ => attribute = line.starts_with("#[cfg(test)]").then_some(start),
        }
        start += line.len();
    }
    code
}

/// Whether a line holds a word, not as a part of a longer one.
pub(super) fn has_word(line: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(part_of_word) && !line[at + word.len()..].starts_with(part_of_word))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Text,
}

fn next_token(rest: &str, c: char, before: char) -> (Kind, usize) {
    if rest.starts_with("//") {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, block_comment(rest));
    }
    let starts_word = !(before.is_alphanumeric() || before == '_');
    if starts_word && let Some(length) = raw_string(rest) {
        return (Kind::Text, length);
    }
    if c == '"' {
        return (Kind::Text, 1 + quoted(&rest[1..], '"'));
    }
    // `'a'` and `'\n'` are characters, `'a` alone is a lifetime.
    let mut following = rest.chars().skip(1);
    let (second, third) = (following.next(), following.next());
    if c == '\'' && (second == Some('\\') || third == Some('\'')) {
        return (Kind::Text, 1 + quoted(&rest[1..], '\''));
    }
    (Kind::Code, c.len_utf8())
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        let step = &rest[at..];
        if step.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if step.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += step.chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// The length of `r"…"`, `r#"…"#`, `br"…"` at the beginning of `rest`, if there is one.
fn raw_string(rest: &str) -> Option<usize> {
    let opening = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let body = opening.trim_start_matches('#');
    let end = format!("\"{}", "#".repeat(opening.len() - body.len()));
    let body = body.strip_prefix('"')?;
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(rest.len() - body.len() + length)
}

/// How far it is to behind the closing quote.
fn quoted(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    body.len()
}

fn blank(token: &str) -> String {
    token.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::{has_word, production, views};

    fn check(text: &str, code: &str, comments: &str) {
        let views = views(text);
        assert_eq!(
            (squeezed(&views.code), squeezed(&views.comments)),
            (code.to_owned(), comments.to_owned()),
            "{text}"
        );
    }

    fn squeezed(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn tells_code_from_comments_and_strings() {
        check("a(); // b \"c\n d", "a(); d", "// b \"c");
        check("a /* b /* c */ d */ e", "a e", "/* b /* c */ d */");
        check(r#"a("b // \" c", 'd', '"', '\'') // e"#, "a( , , , )", "// e");
        check("fn a<'b>(c: &'b str) { r#\"d \" // e\"# }", "fn a<'b>(c: &'b str) { }", "");
        check("har\"x\" /", "har /", "");
    }

    #[test]
    fn production_ends_where_tests_begin() {
        assert_eq!(
            production("a\n#[cfg(test)]\nuse b;\nc\n#[cfg(test)]\nmod tests {\n"),
            "a\n#[cfg(test)]\nuse b;\nc\n"
        );
        assert_eq!(production("a\n"), "a\n");
    }

    #[test]
    fn words_are_whole() {
        assert!(has_word("unsafe {", "unsafe"));
        assert!(!has_word("#![forbid(unsafe_code)]", "unsafe"));
    }
}
