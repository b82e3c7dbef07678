//! The manifest's text: its format is asked for first, its shape is bounded, and nothing in it is unknown, left out or
//! said twice.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use omnicraft_core::model::{Facts, Finding};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::archive::layout;
use crate::archive::manifest::{FORMAT, Manifest};

/// How deep lists and objects may lie in one another.
const DEEPEST: usize = 32;
/// Values in the whole manifest; ten thousand tables of fifty columns have fewer.
const MOST_VALUES: usize = 2_000_000;

/// Reads a manifest. The error says what is wrong with it, and where.
pub fn parse(content: &[u8]) -> Result<Manifest, Finding> {
    let values = Cell::new(0);
    let mut text = serde_json::Deserializer::from_slice(content);
    let shape = Shape { depth: 0, values: &values };
    shape.deserialize(&mut text).and_then(|()| text.end()).map_err(|error| at(&error))?;
    format(content)?;
    let manifest = serde_json::from_slice(content).map_err(|error| at(&error))?;
    facts(content)?;
    Ok(manifest)
}

fn format(content: &[u8]) -> Result<(), Finding> {
    #[derive(Deserialize)]
    struct Head {
        format: u64,
    }
    let Head { format } = serde_json::from_slice(content).map_err(|error| at(&error))?;
    match format {
        _ if format == u64::from(FORMAT) => Ok(()),
        0 => Err(said("it has format 0, which no program has written")),
        _ => Err(said(format!(
            "it has format {format}, and this version of the program reads format {FORMAT}: take a newer version of \
             the program to read this archive"
        ))),
    }
}

/// Facts are read leniently elsewhere; here an unknown one is refused as in the rest of the manifest.
fn facts(content: &[u8]) -> Result<(), Finding> {
    #[derive(Deserialize)]
    struct Holder {
        facts: Option<BTreeMap<String, IgnoredAny>>,
        #[serde(default)]
        workspaces: Vec<Self>,
    }
    let known = serde_json::to_value(Facts::default()).map_err(|error| at(&error))?;
    let holder: Holder = serde_json::from_slice(content).map_err(|error| at(&error))?;
    let all = holder.facts.iter().chain(holder.workspaces.iter().filter_map(|workspace| workspace.facts.as_ref()));
    match all.flat_map(BTreeMap::keys).find(|name| known.get(name).is_none()) {
        Some(unknown) => Err(said(format!("unknown field `{}` among the facts", unknown.escape_debug()))),
        None => Ok(()),
    }
}

fn said(text: impl Into<String>) -> Finding {
    Finding { member: layout::MANIFEST.to_owned(), text: text.into(), ..Finding::default() }
}

fn at(error: &serde_json::Error) -> Finding {
    let line = u64::try_from(error.line()).ok().filter(|line| *line > 0);
    let whole = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = whole.strip_suffix(&place).unwrap_or(&whole);
    Finding { line, ..said(format!("it is not a manifest of an archive: {}", text.escape_debug())) }
}

/// Any JSON value, as far as it is bounded and no object says one thing twice.
#[derive(Clone, Copy)]
struct Shape<'a> {
    depth: usize,
    values: &'a Cell<usize>,
}

impl Shape<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth < DEEPEST {
            return Ok(Self { depth: self.depth + 1, ..self });
        }
        Err(E::custom(format!("lists and objects lie more than {DEEPEST} deep in one another")))
    }
}

impl<'de> DeserializeSeed<'de> for Shape<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.values.set(self.values.get() + 1);
        if self.values.get() > MOST_VALUES {
            return Err(D::Error::custom(format!("it holds more than {MOST_VALUES} values")));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Shape<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let deeper = self.deeper()?;
        while list.next_element_seed(deeper)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let deeper = self.deeper()?;
        let mut names = BTreeSet::new();
        while let Some(name) = object.next_key::<String>()? {
            if names.contains(&name) {
                return Err(A::Error::custom(format!("`{name}` is said twice")));
            }
            names.insert(name);
            object.next_value_seed(deeper)?;
        }
        Ok(())
    }
}
