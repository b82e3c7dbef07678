//! Differences in plain words: "12 sales and 3 purchases made since then will be lost; 1 client will come back".

use omnicraft_core::model::SchemaProfile;
use omnicraft_core::outcome::{Differences, TableDifference};

use super::Lang;

/// So many tables are named; the rest is counted.
const NAMED: usize = 6;

impl Lang {
    /// What a restore would lose and bring back, as sentences without a full stop.
    pub(crate) fn differences(self, found: &Differences, profile: Option<&SchemaProfile>) -> Vec<String> {
        let mut sentences = Vec::new();
        if let Some(reason) = &found.live_unreadable {
            sentences.push(self.tell("differences-unreadable", &[("reason", reason.as_str().into())]));
        }
        let parts: Vec<String> = [
            self.part("differences-lost", found, profile, |table| table.removed),
            self.part("differences-back", found, profile, |table| table.added),
            self.part("differences-changed", found, profile, |table| table.changed),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !parts.is_empty() {
            sentences.push(capitalised(&parts.join("; ")));
        }
        if found.schema_differs {
            sentences.push(self.say("differences-schema"));
        }
        if sentences.is_empty() {
            sentences.push(self.say("differences-none"));
        }
        sentences
    }

    fn part(
        self,
        name: &str,
        found: &Differences,
        profile: Option<&SchemaProfile>,
        of: fn(&TableDifference) -> u64,
    ) -> Option<String> {
        let counts: Vec<(&str, u64)> =
            found.tables.iter().map(|table| (table.table.as_str(), of(table))).filter(|(_, rows)| *rows > 0).collect();
        let shown = counts.iter().filter(|(table, _)| !is_hidden(table, profile));
        let total: u64 = shown.map(|(_, rows)| rows).sum();
        (total > 0)
            .then(|| self.tell(name, &[("count", total.into()), ("rows", self.all_rows(counts, profile).into())]))
    }

    /// Rows of several tables, the most first: "12 sales, 3 purchases and 1 client".
    pub(crate) fn all_rows<'a>(
        self,
        counts: impl IntoIterator<Item = (&'a str, u64)>,
        profile: Option<&SchemaProfile>,
    ) -> String {
        let mut counts: Vec<_> =
            counts.into_iter().filter(|(table, rows)| *rows > 0 && !is_hidden(table, profile)).collect();
        counts.sort_by_key(|(table, rows)| (std::cmp::Reverse(*rows), *table));
        let rest = counts.split_off(counts.len().min(NAMED));
        let mut parts: Vec<String> = counts.iter().map(|(table, rows)| self.rows(table, *rows, profile)).collect();
        if !rest.is_empty() {
            let total: u64 = rest.iter().map(|(_, rows)| rows).sum();
            let rows = self.tell("rows", &[("count", total.into()), ("number", self.number(total).into())]);
            parts.push(self.tell("rows-more", &[("rows", rows.into()), ("tables", (rest.len() as u64).into())]));
        }
        self.list(&parts)
    }

    /// Rows of one table in the words of its business: "12 sales" or «12 продаж».
    pub(crate) fn rows(self, table: &str, count: u64, profile: Option<&SchemaProfile>) -> String {
        let number = self.number(count);
        let words = profile.and_then(|profile| profile.words.get(table).map(|words| (profile, words)));
        match (self, words) {
            (Self::En, Some((_, words))) => format!("{number} {}", if count == 1 { &words.one } else { &words.many }),
            (Self::Ru, Some((profile, _))) if self.has(&word(profile, table)) => {
                self.tell(&word(profile, table), &[("count", count.into()), ("number", number.into())])
            }
            (Self::En | Self::Ru, _) => {
                let given = [("count", count.into()), ("number", number.into()), ("table", table.into())];
                self.tell("rows-in", &given)
            }
        }
    }

    /// What a table is called where no number stands before it: "Sales" or «Продажи».
    pub(crate) fn table(self, table: &str, profile: Option<&SchemaProfile>) -> String {
        let words = profile.and_then(|profile| profile.words.get(table).map(|words| (profile, words)));
        match (self, words) {
            (Self::En, Some((_, words))) => capitalised(&words.many),
            (Self::Ru, Some((profile, _))) if self.has(&heading(profile, table)) => self.say(&heading(profile, table)),
            (Self::En | Self::Ru, _) => table.to_owned(),
        }
    }

    /// "a", "a and b", "a, b and c".
    pub(crate) fn list(self, parts: &[String]) -> String {
        match parts {
            [] => self.say("list-nothing"),
            [one] => one.clone(),
            [first @ .., last] => {
                self.tell("list-and", &[("first", first.join(", ").into()), ("last", last.as_str().into())])
            }
        }
    }
}

/// Whether a table is one that a person should never hear of.
fn is_hidden(table: &str, profile: Option<&SchemaProfile>) -> bool {
    profile.is_some_and(|profile| profile.hidden_tables.iter().any(|hidden| hidden == table))
}

/// Whether a restore would change nothing that a person knows of.
pub(crate) fn nothing_would_change(found: &Differences, profile: Option<&SchemaProfile>) -> bool {
    found.live_unreadable.is_none()
        && !found.schema_differs
        && found.tables.iter().all(|table| is_hidden(&table.table, profile))
}

/// The name of a table's rows among the texts: `table-omnicraft-business-sales`.
fn word(profile: &SchemaProfile, table: &str) -> String {
    format!("table-{}-{table}", profile.name.replace('.', "-"))
}

/// The name of a table's heading among the texts.
fn heading(profile: &SchemaProfile, table: &str) -> String {
    format!("heading-{}-{table}", profile.name.replace('.', "-"))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use omnicraft_core::model::Words;
    use omnicraft_erp::OmniCraft;
    use omnicraft_host::ports::app::App;

    use super::*;

    fn table(name: &str, removed: u64, added: u64, changed: u64) -> TableDifference {
        TableDifference { table: name.to_owned(), removed, added, changed }
    }

    fn business() -> SchemaProfile {
        OmniCraft::new().profiles().iter().find(|profile| profile.name == omnicraft_erp::BUSINESS).unwrap().clone()
    }

    #[track_caller]
    fn check(tables: Vec<TableDifference>, profile: Option<&SchemaProfile>, english: &str, russian: &str) {
        let found = Differences { tables, ..Differences::default() };
        assert_eq!(Lang::En.differences(&found, profile).join(". "), english);
        assert_eq!(Lang::Ru.differences(&found, profile).join(". "), russian);
        assert_eq!(nothing_would_change(&found, profile), english == "Nothing would change");
    }

    #[test]
    fn each_language_has_the_words_of_the_business() {
        let business = business();
        let business = Some(&business);
        check(
            vec![table("purchases", 3, 0, 0), table("sales", 12, 0, 0), table("clients", 0, 1, 0)],
            business,
            "12 sales and 3 purchases made since then will be lost; 1 client will come back",
            "Пропадёт внесённое с тех пор: 12 продаж и 3 закупки; вернётся: 1 клиент",
        );
        check(
            vec![table("sales", 0, 0, 2)],
            business,
            "2 sales return to older values",
            "Станет как прежде: 2 продажи",
        );
        check(
            vec![table("sales", 0, 0, 1)],
            business,
            "1 sale returns to its older value",
            "Станет как прежде: 1 продажа",
        );
        check(
            vec![table("sale_lines", 0, 1762, 0), table("showcase_search", 7, 7, 0)],
            business,
            "1,762 sale lines will come back",
            "Вернётся: 1\u{a0}762 строки продаж",
        );
    }

    #[test]
    fn tables_without_words_are_named_and_hidden_ones_are_not() {
        check(
            vec![table("t", 5, 0, 0)],
            None,
            "5 rows in t made since then will be lost",
            "Пропадёт внесённое с тех пор: 5 строк таблицы «t»",
        );
        check(vec![], None, "Nothing would change", "Ничего не изменится");
        let hidden = vec![table("showcase_search", 900, 900, 0)];
        check(hidden, Some(&business()), "Nothing would change", "Ничего не изменится");
    }

    #[test]
    fn many_tables_are_summed_up() {
        check(
            (0..9).map(|n| table(&format!("t{n}"), 0, 10 - n, 0)).collect(),
            None,
            "10 rows in t0, 9 rows in t1, 8 rows in t2, 7 rows in t3, 6 rows in t4, 5 rows in t5 and 9 rows in 3 more \
             tables will come back",
            "Вернётся: 10 строк таблицы «t0», 9 строк таблицы «t1», 8 строк таблицы «t2», 7 строк таблицы «t3», 6 строк \
             таблицы «t4», 5 строк таблицы «t5» и 9 строк ещё в 3 таблицах",
        );
    }

    #[test]
    fn an_unreadable_database_and_another_schema_are_told() {
        let found = Differences {
            tables: vec![table("t", 0, 2, 0)],
            schema_differs: true,
            live_unreadable: Some("it is not a database".to_owned()),
        };
        let english = [
            "The present database cannot be read: it is not a database",
            "2 rows in t will come back",
            "Its tables, columns, triggers or views are not those of the present database",
        ];
        assert_eq!(Lang::En.differences(&found, None), english);
        assert_eq!(Lang::Ru.differences(&found, None)[1], "Вернётся: 2 строки таблицы «t»");
        assert!(!nothing_would_change(&found, None));
    }

    /// Another app's table of the same name would have been called what OmniCraft calls its own.
    #[test]
    fn words_are_those_of_one_app_alone() {
        let words = Words { one: "cron job".to_owned(), many: "cron jobs".to_owned() };
        let other = SchemaProfile {
            name: "other.app".to_owned(),
            words: [("jobs".to_owned(), words)].into(),
            ..SchemaProfile::default()
        };
        assert_eq!(Lang::En.rows("jobs", 2, Some(&other)), "2 cron jobs");
        assert_eq!(Lang::Ru.rows("jobs", 2, Some(&other)), "2 строки таблицы «jobs»");
        assert_eq!(Lang::Ru.rows("jobs", 2, Some(&business())), "2 заказа в работе");
        assert_eq!(Lang::Ru.table("jobs", Some(&business())), "Заказы в работе");
        assert_eq!(Lang::En.table("jobs", Some(&business())), "Workbench jobs");
    }
}
