//! Writes elements whose text and attributes are always escaped. What it writes is well-formed XML, and HTML too: an
//! empty element keeps its end tag unless HTML knows it as void.

/// Elements of HTML that never have content.
const VOID: [&str; 3] = ["meta", "br", "col"];

/// A document that grows.
#[derive(Default)]
pub(super) struct Markup(String);

/// Names and values.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Markup {
    /// A document that begins with these words.
    pub(super) fn beginning(with: &str) -> Self {
        Self(with.to_owned())
    }

    /// An element with others in it.
    pub(super) fn element(&mut self, name: &str, attributes: Attributes<'_>, inside: impl FnOnce(&mut Self)) {
        self.0.push('<');
        self.0.push_str(name);
        for (attribute, value) in attributes {
            self.0.push_str(&format!(" {attribute}=\""));
            self.text(value);
            self.0.push('"');
        }
        if VOID.contains(&name) {
            self.0.push_str("/>\n");
            return;
        }
        self.0.push('>');
        inside(self);
        self.0.push_str(&format!("</{name}>\n"));
    }

    /// An element with nothing but text in it.
    pub(super) fn leaf(&mut self, name: &str, attributes: Attributes<'_>, text: &str) {
        self.element(name, attributes, |inside| inside.text(text));
    }

    /// Text.
    pub(super) fn text(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\n' => self.0.push_str("&#10;"),
                '\t' => self.0.push_str("&#9;"),
                // XML has no way to write these.
                '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => self.0.push('\u{fffd}'),
                _ => self.0.push(letter),
            }
        }
    }

    /// Our own style, which holds no letter that XML or HTML would read otherwise.
    pub(super) fn raw(&mut self, style: &'static str) {
        self.0.push_str(style);
    }

    /// The document.
    pub(super) fn done(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Markup;

    #[test]
    fn nothing_escapes() {
        let mut markup = Markup::default();
        markup.element("p", &[("title", "a\"b<&\n")], |inside| {
            inside.leaf("i", &[], "</i> & \u{1} \u{ffff} ü");
            inside.leaf("b", &[], "");
            inside.element("br", &[], |_| {});
        });
        let text = markup.done();
        assert_eq!(
            text,
            "<p title=\"a&quot;b&lt;&amp;&#10;\"><i>&lt;/i&gt; &amp; \u{fffd} \u{fffd} ü</i>\n<b></b>\n<br/>\n</p>\n"
        );
        let document = roxmltree::Document::parse(&text).unwrap();
        assert_eq!(document.root_element().attribute("title"), Some("a\"b<&\n"));
    }
}
