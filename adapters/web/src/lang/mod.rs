//! The languages of the page. Every text that a person reads stands in `lang/en` and `lang/ru`; the code knows names of
//! texts alone.

mod cards;
mod dates;
pub(crate) mod differences;
mod numbers;

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// A language of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    /// English, whose cards are worded as in the manual.
    En,
    /// Russian.
    Ru,
}

type Bundle = FluentBundle<FluentResource>;

/// The texts of a language, one file for each part of the site.
macro_rules! texts {
    ($lang:literal) => {
        concat!(
            include_str!(concat!("../../lang/", $lang, "/page.ftl")),
            include_str!(concat!("../../lang/", $lang, "/home.ftl")),
            include_str!(concat!("../../lang/", $lang, "/settings.ftl")),
            include_str!(concat!("../../lang/", $lang, "/restore.ftl")),
            include_str!(concat!("../../lang/", $lang, "/files.ftl")),
            include_str!(concat!("../../lang/", $lang, "/guard.ftl")),
        )
    };
}

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle("en", texts!("en")));
static RUSSIAN: LazyLock<Bundle> = LazyLock::new(|| bundle("ru", texts!("ru")));

/// A text that cannot be read or is named twice is left out, and a test says so.
fn bundle(language: &str, texts: &str) -> Bundle {
    let language: LanguageIdentifier = language.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // Marks around what is inserted would be copied along with a name; both languages are written left to right.
    bundle.set_use_isolating(false);
    let texts = FluentResource::try_new(texts.to_owned()).unwrap_or_else(|(readable, _)| readable);
    drop(bundle.add_resource(texts));
    bundle
}

impl Lang {
    /// All of them, in the order in which they are offered.
    pub(crate) const ALL: [Self; 2] = [Self::En, Self::Ru];

    /// The tag of BCP 47.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }

    /// Its name in itself.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Ru => "Русский",
        }
    }

    /// The language of a tag, if the page has it.
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    /// The first of a browser's languages that the page has; English where it has none.
    pub(crate) fn accepted(header: &str) -> Self {
        let tags = header.split(',').map(|part| part.split([';', '-', '_']).next().unwrap_or_default().trim());
        tags.filter_map(|tag| Self::of_tag(&tag.to_ascii_lowercase())).next().unwrap_or(Self::En)
    }

    fn bundle(self) -> &'static Bundle {
        match self {
            Self::En => &ENGLISH,
            Self::Ru => &RUSSIAN,
        }
    }

    /// Whether there is a text of this name.
    pub(crate) fn has(self, name: &str) -> bool {
        self.bundle().get_message(name).is_some_and(|message| message.value().is_some())
    }

    /// A text.
    pub(crate) fn say(self, name: &str) -> String {
        self.tell(name, &[])
    }

    /// A text with something inserted. A name without a text is shown as it is, and a test finds it.
    pub(crate) fn tell(self, name: &str, given: &[(&str, Given)]) -> String {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(name).and_then(|message| message.value()) else {
            return format!("[{name}]");
        };
        let mut arguments = FluentArgs::new();
        for (name, given) in given {
            arguments.set((*name).to_owned(), given.value());
        }
        let mut errors = Vec::new();
        bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned()
    }
}

/// What is inserted into a text.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    /// As it stands.
    Text(String),
    /// Chooses the plural; is shown without separators, so give [`Lang::number`] beside it where it may be large.
    Count(u64),
}

impl Given {
    fn value(&self) -> FluentValue<'static> {
        match self {
            Self::Text(text) => FluentValue::from(text.clone()),
            Self::Count(count) => FluentValue::from(*count),
        }
    }
}

impl From<&str> for Given {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Given {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Given {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}
