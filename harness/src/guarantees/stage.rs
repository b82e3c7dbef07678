//! Promises and finds made up from text, for the tests of the judges. Versions of databases are single letters; nobody
//! committed `X`, and `!` is a file that nothing can read. What a find does not say is as the promise says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use omnicraft_core::model::{Base, Level, Slot, SnapshotId};
use rusqlite::Connection;

use crate::content::{self, Digest};
use crate::crash::observe::{Content, Found};
use crate::crash::trace::{Destroyed, Exports, Promise};
use crate::crash::{Books, Card, CatalogAlone, Deed, Held};

type Judge = fn(&Promise, &Found) -> Result<(), String>;

/// Checks what a judge says: `kept`, or its story.
pub(super) fn checker(judge: Judge) -> impl Fn(&str, &str, &str) {
    move |promise, found, expected| {
        let (promised, made) = stage(promise, found);
        let said = judge(&promised, &made).err().unwrap_or_else(|| "kept".to_owned());
        let unknown = version("X").to_string();
        assert_eq!(said.replace(&unknown, "0000000000000000"), expected, "promised {promise}, found {found}");
    }
}

/// A promise, and what is found.
pub(super) fn stage(promise: &str, found: &str) -> (Promise, Found) {
    let promise = promised(&lines(promise));
    let found = made(&promise, &lines(found));
    (promise, found)
}

fn lines(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.split(';').map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.split_once(':').map(|(key, value)| (key, value.trim())).unwrap()).collect()
}

fn promised(lines: &BTreeMap<&str, &str>) -> Promise {
    let known = ["A", "B", "C", "D", "P", "Q"].map(|name| (version(name), format!("version {name}")));
    let mut promise = Promise { known: Arc::new(known.into()), ..Promise::default() };
    for (key, value) in lines {
        match *key {
            "worlds" => promise.worlds = Arc::new(value.split('|').map(books).collect()),
            "operation" => promise.operation = Some((*value).to_owned()),
            "before" => promise.before = Arc::new(items(value).map(card).collect()),
            "after" => promise.after = Some(Arc::new(items(value).map(card).collect())),
            "destroys" => promise.destroys = Some(Arc::new(destroyed(value))),
            "exports" => {
                let (old, new) = value.split_once("->").unwrap();
                promise.exports = [old, new].map(|all| -> Exports { Arc::new(numbers(all).into_iter().collect()) });
            }
            "foreign" => promise.foreign = Arc::new(items(value).map(stranger).collect()),
            // What databases held before the operation began.
            "held" => promise.held = Arc::new(held(books(value))),
            // How many restores of the shop can be undone; how many daily copies the policy keeps.
            "depth" => {
                let (before, after) = value.split_once("->").unwrap();
                promise.catalog = [before, after].map(|depth| Arc::new(undoable(depth.trim())));
            }
            "daily" => {
                for (known, daily) in promise.catalog.iter_mut().zip(value.split("->")) {
                    Arc::make_mut(known).policy.daily = daily.trim().parse().unwrap();
                }
            }
            "missing" => promise.missing = Arc::new(items(value).map(|path| Path::new(path).into()).collect()),
            "wrecks" => promise.wrecks = Arc::new(numbers(value)),
            "versions" => promise.versions = Arc::new(items(value).map(version).collect()),
            "ring" => promise.ring = value.parse().unwrap(),
            "retired" => promise.retired = Arc::new(files(value).map(|(path, is)| (path, version(is))).collect()),
            "tampered" => promise.tampered = Arc::new(items(value).map(|path| Path::new(path).into()).collect()),
            _ => panic!("no promise has {key}"),
        }
    }
    for books in promise.worlds.iter() {
        for (path, content) in books {
            Arc::make_mut(&mut promise.lately).entry(path.clone()).or_default().insert(*content);
        }
    }
    promise
}

/// What is found where everything is as promised, with these differences.
fn made(promise: &Promise, lines: &BTreeMap<&str, &str>) -> Found {
    let mut found = Found {
        live: promise.worlds[0].iter().map(|(path, is)| (path.clone(), Ok(*is))).collect(),
        ..Found::default()
    };
    found.cards = promise.before.iter().map(|card| (card.clone(), readable(card))).collect();
    found.foreign = promise.foreign.iter().filter_map(|(path, number)| Some((path.clone(), (*number)?))).collect();
    found.foreign.extend(promise.exports[0].iter().cloned());
    let set = |key: &str| lines.get(key).copied();
    if let Some(value) = set("live") {
        found.live =
            items(value).map(|item| item.split_once('=').unwrap()).map(|(of, is)| (live(of), content(is))).collect();
    }
    if let Some(value) = set("cards") {
        found.cards = items(value).map(card).map(|card| (card.clone(), readable(&card))).collect();
    }
    if let Some(value) = set("foreign") {
        found.foreign = numbers(value);
    }
    found.before = promise.before.iter().map(|card| (card.path.clone(), readable(card))).collect();
    if let Some(value) = set("wreck") {
        found.before = files(value).map(|(path, is)| (path, content(is))).collect();
    }
    found.registry = found.live.keys().cloned().collect();
    if let Some(value) = set("registry") {
        found.registry = items(value).map(live).collect::<BTreeSet<_>>();
    }
    let ids = promise.before.iter().chain(found.cards.iter().map(|(card, _)| card)).map(|card| card.id.0 + 1);
    found.next = set("next").map_or_else(|| ids.max().unwrap_or(1), |next| next.parse().unwrap());
    let safeguard = |id: &str| found.cards.iter().map(|(card, _)| card).find(|card| card.id.to_string() == id).cloned();
    let points = items(set("undo").unwrap_or_default()).map(|item| item.split_once('=').unwrap());
    found.undo = points.map(|(of, id)| (live(of), safeguard(id))).collect();
    found.catalog = set("depth").map_or_else(|| (*promise.catalog[0]).clone(), undoable);
    if let Some(daily) = set("daily") {
        found.catalog.policy.daily = daily.parse().unwrap();
    }
    found.lists = set("lists").map(numbers).unwrap_or_default().into_values().collect();
    found.recorded = set("recorded").map(version);
    let texts = |key: &str| items(set(key).unwrap_or_default()).map(str::to_owned).collect::<Vec<_>>();
    let paths = |key: &str| items(set(key).unwrap_or_default()).map(|path| Path::new(path).into()).collect::<Vec<_>>();
    let text = |key: &str| set(key).map(str::to_owned);
    (found.refused, found.failure, found.again) = (text("refused"), text("failure"), text("again"));
    (found.unlisted, found.leftovers) = (paths("unlisted"), paths("leftovers"));
    found.torn = paths("torn").into_iter().collect();
    let kept = found.cards.iter().map(|(card, _)| card).filter(|card| card.slot.base == Base::Damaged);
    found.rescued = kept.map(|card| (card.live.clone(), card.bytes)).collect();
    (found.lost_with_catalog, found.disagreements) = (texts("lost"), texts("disagreements"));
    found
}

fn undoable(depth: &str) -> CatalogAlone {
    CatalogAlone { undo: [(live("shop"), depth.parse().unwrap())].into(), ..CatalogAlone::default() }
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn live(name: &str) -> Arc<Path> {
    Path::new("/home").join(format!("{name}.db")).as_path().into()
}

fn books(text: &str) -> Books {
    let is = |name: &str| if name == "!" { Digest::UNREADABLE } else { version(name) };
    items(text).map(|item| item.split_once('=').unwrap()).map(|(name, held)| (live(name), is(held))).collect()
}

/// Paths, each with what is said of it.
fn files(text: &str) -> impl Iterator<Item = (Arc<Path>, &str)> {
    items(text).map(|item| item.split_once('=').unwrap()).map(|(path, is)| (Path::new(path).into(), is))
}

fn numbers(text: &str) -> BTreeMap<Arc<Path>, u64> {
    files(text).map(|(path, number)| (path, number.parse().unwrap())).collect()
}

fn stranger(item: &str) -> (Arc<Path>, Option<u64>) {
    match item.split_once('=') {
        Some((path, number)) => (Path::new(path).into(), Some(number.parse().unwrap())),
        None => (Path::new(item).into(), None),
    }
}

fn destroyed(text: &str) -> Destroyed {
    let (deed, rest) = text.split_once(' ').unwrap();
    let (held, after) = rest.split_once("->").unwrap_or((rest, ""));
    let deed = match deed {
        "app" => Deed::OfTheApp,
        "restore" => Deed::Restore,
        "csv" => Deed::RestoreOfCsv,
        "undo" => Deed::Undo,
        _ => panic!("nobody does {deed}"),
    };
    // `shop=!33` cannot be read, and its pages have the number 33.
    let (bad, good): (Vec<&str>, Vec<&str>) = items(held).partition(|item| item.contains('!'));
    let bytes = |item: &&str| item.split_once("=!").map(|(of, bytes)| (live(of), bytes.parse().unwrap())).unwrap();
    let unreadable = bad.iter().map(bytes).collect();
    Destroyed { deed, held: self::held(books(&good.join(","))), unreadable, after: books(after) }
}

fn held(books: Books) -> Held {
    books.into_iter().map(|(path, digest)| (path, BTreeSet::from([digest]))).collect()
}

/// `s1 shop auto_daily sound A`, perhaps with `pinned`.
fn card(text: &str) -> Card {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [id, of, slot, level, is, rest @ ..] = words.as_slice() else { panic!("{text} is no card") };
    let folder = if *of == "shop" { "/home/backups".into() } else { Path::new("/home/backups").join(of) };
    let content = content(is).ok();
    Card {
        id: id.parse::<SnapshotId>().unwrap(),
        path: folder.join(format!("{slot}.db")).as_path().into(),
        live: live(of),
        slot: Slot::parse(&format!("{slot}.db")).unwrap(),
        level: Level::from_word(level).unwrap(),
        pinned: !rest.is_empty(),
        content,
        bytes: is.bytes().next().map_or(0, u64::from),
    }
}

fn readable(card: &Card) -> Content {
    card.content.ok_or_else(|| "malformed".to_owned())
}

fn content(name: &str) -> Content {
    if name == "!" { Err("malformed".to_owned()) } else { Ok(version(name)) }
}

/// The content of a database that holds this letter.
fn version(name: &str) -> Digest {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(&format!("CREATE TABLE \"{}\" (id)", name.trim())).unwrap();
    content::digest(&connection).unwrap()
}
