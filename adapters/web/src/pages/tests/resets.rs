//! The resets: nothing happens before the name is typed, and nothing is wiped without its backup.

use omnicraft_core::event::EventKind;
use omnicraft_core::model::{Act, Workspace};
use omnicraft_host::handle::Phase;
use omnicraft_host::ports::filesystem::OsFileSystem;

use crate::lang::Lang;
use crate::pages::sample::{Sample, hidden, words};
use crate::tasks::{Answer, live};

fn rows(sample: &Sample, act: Act) -> Vec<(String, u64)> {
    omnicraft_erp::reset_preview(&sample.path().join("shop.db"), act).unwrap()
}

#[test]
fn what_would_be_wiped_is_shown_in_the_words_of_the_business() {
    let mut sample = Sample::business();
    let page = words(&sample.get("/w/shop/reset/accounting", ""));
    for (table, count) in rows(&sample, Act::AccountingReset) {
        assert!(page.contains(&format!(" {} ", Lang::En.number(count))), "{table}: {count}: {page}");
    }
    let expected =
        ["Accounting reset of “My Workshop”", "Sale lines", "A verified backup is taken first", "type: My Workshop"];
    assert!(expected.iter().all(|text| page.contains(text)), "{page}");
    let russian = words(&sample.get("/w/shop/reset/factory", "language=ru"));
    assert!(russian.contains("Полный сброс: «My Workshop»") && russian.contains("Строки продаж"), "{russian}");
}

#[test]
fn a_wrong_name_changes_nothing_and_says_so() {
    let mut sample = Sample::business();
    let before = rows(&sample, Act::FactoryReset);
    for wrong in ["", "shop", "My+Worksho", "yes"] {
        let page = sample.post("/w/shop/reset/factory", &format!("name={wrong}"));
        assert!(page.starts_with("422") && page.contains("aria-invalid=\"true\""), "{page}");
        assert!(words(&page).contains("That is not what was asked for. Nothing was done."));
    }
    assert!(sample.site().desk.jobs().is_empty());
    assert_eq!(rows(&sample, Act::FactoryReset), before);
}

#[test]
fn the_name_in_any_case_resets_behind_a_backup() {
    let mut sample = Sample::business();
    let expected = rows(&sample, Act::AccountingReset);
    let looked = hidden(&sample.get("/w/shop/reset/accounting", ""), "looked");
    let form = format!("name=+MY+workshop+&looked={looked}");
    assert_eq!(sample.post("/w/shop/reset/accounting", &form), "303 /job/1?back=/w/shop");
    sample.idle();
    let jobs = sample.site().desk.jobs();
    let Phase::Ended(answer) = &jobs[0].phase else { panic!("{:?}", jobs[0].phase) };
    let Answer::Wiped { safeguard, rows: wiped } = &**answer else { panic!("{answer:?}") };
    assert_eq!(*wiped, expected);
    assert!(rows(&sample, Act::AccountingReset).is_empty());
    let known = sample.site().desk.known();
    assert_eq!(known.state.snapshots[safeguard].slot.to_string(), "auto_before_accounting_reset");
    assert!(words(&sample.get("/w/shop", "")).contains("Before Accounting Reset (Today 09:00 | "));
}

#[test]
fn another_database_has_no_resets() {
    let mut sample = Sample::business();
    let other = Workspace { folder: "other".into(), ..Workspace::adopted("other", "Other", "other.db") };
    sample.told("2026-11-21T08:00[Europe/Moscow]", vec![EventKind::WorkspaceAdded(Box::new(other))]);
    assert!(sample.get("/w/other/reset/accounting", "").starts_with("404"), "nobody knows what that would be");
    assert!(sample.post("/w/other/reset/factory", "name=Other").starts_with("404"));
    assert!(sample.get("/w/shop/reset/migration", "").starts_with("404"));
    assert!(!words(&sample.get("/w/other", "")).contains("Start over"));
    assert!(words(&sample.get("/w/shop", "")).contains("Start over"));
}

/// Nothing is wiped where the backup before it cannot be taken: here the database is beyond reading.
#[test]
fn without_a_backup_nothing_is_wiped() {
    let mut sample = Sample::business();
    let database = sample.path().join("shop.db");
    let page = sample.get("/w/shop/reset/factory", "");
    assert!(page.contains("class=\"danger\""));
    std::fs::OpenOptions::new().write(true).truncate(true).open(&database).unwrap();
    let page = words(&sample.get("/w/shop/reset/factory", ""));
    assert!(page.contains("Nobody can tell what would be wiped") && !page.contains("To confirm"), "{page}");
    let known = sample.site().desk.known();
    let looked = live::looks(&OsFileSystem, &sample.path(), &known.state.workspaces).replace(' ', "+");
    sample.post("/w/shop/reset/factory", &format!("name=My+Workshop&looked={looked}"));
    sample.idle();
    let jobs = sample.site().desk.jobs();
    assert!(!matches!(&jobs[0].phase, Phase::Ended(answer) if matches!(**answer, Answer::Outdated)), "it was tried");
    let wiped = matches!(&jobs[0].phase, Phase::Ended(answer) if matches!(**answer, Answer::Wiped { .. }));
    assert!(!wiped, "{:?}", jobs[0].phase);
}
