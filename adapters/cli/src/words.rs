//! Differences in plain words: "12 sales and 3 purchases made since then will be lost; 1 client will come back".

use omnicraft_core::model::SchemaProfile;
use omnicraft_core::outcome::{Differences, TableDifference};

/// So many tables are named; the rest is counted.
const NAMED: usize = 6;

/// What a restore would lose and bring back, as sentences.
pub(crate) fn differences(found: &Differences, profile: Option<&SchemaProfile>) -> Vec<String> {
    let shown: Vec<&TableDifference> = found.tables.iter().filter(|table| !hidden(&table.table, profile)).collect();
    let count = |of: fn(&TableDifference) -> u64| -> Vec<(&str, u64)> {
        shown.iter().map(|table| (table.table.as_str(), of(table))).filter(|(_, rows)| *rows > 0).collect()
    };
    let mut sentences = Vec::new();
    if let Some(reason) = &found.live_unreadable {
        sentences.push(format!("The present database cannot be read: {reason}"));
    }
    let (removed, added, changed) = (count(|t| t.removed), count(|t| t.added), count(|t| t.changed));
    let mut parts = Vec::new();
    if !removed.is_empty() {
        parts.push(format!("{} made since then will be lost", rows(removed, profile)));
    }
    if !added.is_empty() {
        parts.push(format!("{} will come back", rows(added, profile)));
    }
    if !changed.is_empty() {
        let one = changed.iter().map(|(_, rows)| rows).sum::<u64>() == 1;
        let verb = if one { "returns to its older value" } else { "return to older values" };
        parts.push(format!("{} {verb}", rows(changed, profile)));
    }
    if !parts.is_empty() {
        sentences.push(parts.join("; "));
    }
    if found.schema_differs {
        sentences.push("Its tables, columns, triggers or views are not those of the present database".to_owned());
    }
    if sentences.is_empty() {
        sentences.push("Nothing would change".to_owned());
    }
    sentences
}

/// Whether a restore would change nothing that a person knows of.
pub(crate) fn nothing_would_change(found: &Differences, profile: Option<&SchemaProfile>) -> bool {
    found.live_unreadable.is_none()
        && !found.schema_differs
        && found.tables.iter().all(|table| hidden(&table.table, profile))
}

/// Rows per table, the most first: "12 sales, 3 purchases and 1 client".
pub(crate) fn rows<'a>(counts: impl IntoIterator<Item = (&'a str, u64)>, profile: Option<&SchemaProfile>) -> String {
    let mut counts: Vec<_> = counts.into_iter().filter(|(table, rows)| *rows > 0 && !hidden(table, profile)).collect();
    counts.sort_by_key(|(table, rows)| (std::cmp::Reverse(*rows), *table));
    let rest = counts.split_off(counts.len().min(NAMED));
    let mut parts: Vec<String> = counts.iter().map(|(table, rows)| of_table(table, *rows, profile)).collect();
    if !rest.is_empty() {
        let total: u64 = rest.iter().map(|(_, rows)| rows).sum();
        let tables = if rest.len() == 1 { "1 more table".to_owned() } else { format!("{} more tables", rest.len()) };
        parts.push(format!("{} in {tables}", plural(total, "row", "rows")));
    }
    list(&parts)
}

/// "a", "a and b", "a, b and c".
pub(crate) fn list(parts: &[String]) -> String {
    match parts {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// "1 day", "2 days".
pub(crate) fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn of_table(table: &str, rows: u64, profile: Option<&SchemaProfile>) -> String {
    match profile.and_then(|profile| profile.words.get(table)) {
        Some(words) => plural(rows, &words.one, &words.many),
        None => format!("{} in {table}", plural(rows, "row", "rows")),
    }
}

fn hidden(table: &str, profile: Option<&SchemaProfile>) -> bool {
    profile.is_some_and(|profile| profile.hidden_tables.iter().any(|hidden| hidden == table))
}

#[cfg(test)]
mod tests {
    use omnicraft_core::model::Words;

    use super::*;

    fn business() -> SchemaProfile {
        let word = |one: &str, many: &str| (many.to_owned(), Words { one: one.to_owned(), many: many.to_owned() });
        SchemaProfile {
            words: [word("sale", "sales"), word("purchase", "purchases"), word("client", "clients")].into(),
            hidden_tables: vec!["search".to_owned()],
            ..SchemaProfile::default()
        }
    }

    fn table(name: &str, removed: u64, added: u64, changed: u64) -> TableDifference {
        TableDifference { table: name.to_owned(), removed, added, changed }
    }

    #[track_caller]
    fn check(tables: Vec<TableDifference>, profile: Option<&SchemaProfile>, expected: &str) {
        let found = Differences { tables, ..Differences::default() };
        assert_eq!(differences(&found, profile).join(". "), expected);
        assert_eq!(nothing_would_change(&found, profile), expected == "Nothing would change");
    }

    #[test]
    fn the_apps_words_are_used() {
        let profile = business();
        let tables = vec![table("purchases", 3, 0, 0), table("sales", 12, 0, 0), table("clients", 0, 1, 0)];
        let expected = "12 sales and 3 purchases made since then will be lost; 1 client will come back";
        check(tables, Some(&profile), expected);
        check(vec![table("sales", 0, 0, 2)], Some(&profile), "2 sales return to older values");
        check(vec![table("sales", 0, 0, 1)], Some(&profile), "1 sale returns to its older value");
    }

    #[test]
    fn unknown_tables_are_named_and_hidden_ones_are_not() {
        let profile = business();
        check(vec![table("t", 3, 0, 0)], None, "3 rows in t made since then will be lost");
        check(vec![table("search", 900, 900, 0)], Some(&profile), "Nothing would change");
        check(vec![], None, "Nothing would change");
    }

    #[test]
    fn many_tables_are_summed_up() {
        let tables = (0..9).map(|n| table(&format!("t{n}"), 0, 10 - n, 0)).collect();
        let expected = "10 rows in t0, 9 rows in t1, 8 rows in t2, 7 rows in t3, 6 rows in t4, 5 rows in t5 and 9 rows \
                        in 3 more tables will come back";
        check(tables, None, expected);
    }

    #[test]
    fn an_unreadable_database_and_another_schema_are_told() {
        let found = Differences {
            tables: vec![table("t", 0, 2, 0)],
            schema_differs: true,
            live_unreadable: Some("it is not a database".to_owned()),
        };
        let expected = [
            "The present database cannot be read: it is not a database",
            "2 rows in t will come back",
            "Its tables, columns, triggers or views are not those of the present database",
        ];
        assert_eq!(differences(&found, None), expected);
        assert!(!nothing_would_change(&found, None));
    }
}
