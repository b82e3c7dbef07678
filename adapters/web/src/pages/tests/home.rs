//! The home page: banner, undo bar, actions, calendar and cards, in both languages.

use camino::Utf8PathBuf;
use omnicraft_core::event::{EventKind, Export, Source};
use omnicraft_core::model::{SnapshotId, Workspace, WorkspaceId};

use crate::pages::sample::{Sample, words};

const EVENING: &str = "2026-11-20T18:05[Europe/Moscow]";
const MORNING: &str = "2026-11-21T08:30[Europe/Moscow]";

fn shop() -> WorkspaceId {
    WorkspaceId("shop".to_owned())
}

/// A business with the backups of an evening and of the next morning.
fn lived() -> Sample {
    let sample = Sample::business();
    sample.told(EVENING, vec![EventKind::AppClosing(shop())]);
    sample.told(MORNING, vec![EventKind::AppStarted(shop())]);
    sample
}

#[track_caller]
fn check(page: &str, expected: &[&str]) {
    let words = words(page);
    let mut rest = words.as_str();
    for text in expected {
        let at = rest.find(text).unwrap_or_else(|| panic!("“{text}” is not there, or not in this order:\n{words}"));
        rest = &rest[at + text.len()..];
    }
    assert!(!words.contains('['), "a text is missing: {words}");
}

#[test]
fn a_home_without_anything_says_what_to_do() {
    let page = Sample::empty().get("/", "");
    check(&page, &["Nothing is looked after here yet", "Start OmniCraft once", "Import"]);
    assert!(!page.contains("class=\"menu\""), "there is no workspace to switch to");
}

#[test]
fn a_workspace_without_backups_offers_to_take_one() {
    let mut sample = Sample::business();
    check(&sample.get("/", ""), &["My Workshop", "Your work is in danger", "none yet", "Back up now", "No backup yet"]);
    assert_eq!(sample.post("/w/shop/snapshot", "name=+before+the+fair+"), "303 /job/1?back=/w/shop");
    sample.idle();
    let expected =
        ["You are safe", "just now", "1 backup", "Pinned: before the fair (Today 09:00 | ", "Manual Backup."];
    check(&sample.get("/w/shop", ""), &expected);
}

#[test]
fn cards_calendar_and_banner_tell_what_there_is() {
    let mut sample = lived();
    let page = sample.get("/w/shop", "");
    let expected = [
        "You are safe",
        "Newest good backup 24 hours ago",
        "All copies are on this computer",
        "Disk Backups use",
        "Last failure none",
        "Back up now",
        "Covered days",
        "November 2026",
        "20 Nov 2026: at closing",
        "21 Nov 2026: yearly, monthly, weekly, daily",
        "September 2026",
        "5 backups",
        "Yearly Backup (Yesterday | ",
        "Taken when the app started, 21 Nov 2026 08:30",
        "Close Backup 1 (2 days ago | ",
        "Taken when the app closed",
        "Sound opened and checked",
    ];
    check(&page, &expected);
    assert!(page.contains("href=\"/w/shop/s/s1\""), "a card leads to its preview");
    assert!(!page.contains(" style") && !page.contains("<style") && !page.contains("onclick"), "the CSP forbids it");
}

#[test]
fn the_same_in_russian_by_cookie_or_by_browser() {
    let mut sample = lived();
    let page = sample.get("/w/shop", "theme=x; language=ru");
    let expected = [
        "Всё в порядке",
        "24 часа назад",
        "Ноябрь 2026",
        "21 нояб. 2026: годовая, месячная, недельная, дневная",
        "5 копий",
        "Годовая копия (Вчера | ",
        "Снята при запуске программы, 21 нояб. 2026, 08:30",
        "Копия при закрытии 1 (2 дня назад | ",
    ];
    check(&page, &expected);
    let led = sample.post("/language", "language=ru&back=%2Fw%2Fshop%3Fday%3D2026-11-20");
    assert_eq!(led, "303 /w/shop?day=2026-11-20 with language=ru; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict");
}

#[test]
fn a_day_shows_its_cards_and_nonsense_shows_all() {
    let mut sample = lived();
    let day = words(&sample.get("/w/shop?day=2026-11-20", ""));
    assert!(
        day.contains("Backups of 20 Nov 2026") && day.contains("Close Backup 1") && !day.contains("Yearly Backup (")
    );
    check(&sample.get("/?day=2026-11-20", ""), &["Backups of 20 Nov 2026"]);
    check(&sample.get("/w/shop?day=2026-11-19", ""), &["There is no backup of this day."]);
    for nonsense in ["day=x", "month=2026-99", "page=-1", "page=999999999999999999999", "day=2026-02-30&month=&page="] {
        check(&sample.get(&format!("/w/shop?{nonsense}"), ""), &["5 backups"]);
    }
    check(
        &sample.get("/w/shop?month=2024-02", ""),
        &["Earlier, up to January 2024", "February 2024", "December 2023", "There is no backup in these months."],
    );
    assert!(sample.get("/w/nobody", "").starts_with("404"));
    assert!(sample.get("/w/shop/s/s99/about", "").starts_with("404"));
}

#[test]
fn the_undo_bar_stays_until_it_is_put_away() {
    let mut sample = lived();
    let restore = |source| EventKind::RestoreRequested(shop(), Source::Snapshot(SnapshotId(source)));
    sample.told("2026-11-22T08:54:30[Europe/Moscow]", vec![restore(1)]);
    let page = sample.get("/w/shop", "");
    check(&page, &["Restored from Close Backup 1 (2 days ago | ", ") 5 minutes ago. Undo… Dismiss"]);
    let number = page.split("name=\"operation\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let led = sample.post("/w/shop/undo/dismiss", &format!("operation={number}"));
    let cookie = format!("undo-shop={number}");
    assert_eq!(led, format!("303 /w/shop with {cookie}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict"));
    assert!(!sample.get("/w/shop", &cookie).contains("Dismiss"), "it was put away");
    sample.told("2026-11-22T08:59[Europe/Moscow]", vec![restore(2)]);
    check(&sample.get("/w/shop", &cookie), &["Restored from", "Dismiss"]);
}

#[test]
fn what_was_restored_together_is_told_together() {
    let mut sample = lived();
    let other = Workspace { folder: "other".into(), ..Workspace::adopted("other", "Other", "other.db") };
    omnicraft_erp::create(omnicraft_erp::PERSONAL_FINANCE, &sample.path().join("other.db"), "mine", "Mine").unwrap();
    let archive = Utf8PathBuf::from_path_buf(sample.path().join("../all.zip")).unwrap();
    let export = Export::All { with_csv: false };
    let told = vec![
        EventKind::WorkspaceAdded(Box::new(other)),
        EventKind::ExportRequested { export, to: archive.clone(), replace: false },
        EventKind::RestoreAllRequested(archive),
    ];
    sample.told("2026-11-22T08:29:30[Europe/Moscow]", told);
    let expected = ["Restored from all.zip 30 minutes ago, together with 1 other workspace.", "Dismiss"];
    check(&sample.get("/w/shop", ""), &expected);
    check(&sample.get("/w/other", ""), &expected);
    let page = sample.get("/w/shop", "language=ru");
    check(&page, &["Восстановлено из «all.zip» 30 минут назад, вместе с ещё 1 пространством."]);
}

#[test]
fn a_damaged_database_offers_the_last_good_backup() {
    let mut sample = lived();
    let database = sample.path().join("shop.db");
    let noise = "this was a database once. ".repeat(1000);
    overwrite(&database, noise.as_bytes());
    sample.told("2026-11-22T08:30[Europe/Moscow]", vec![EventKind::AppStarted(shop())]);
    let page = sample.get("/w/shop", "");
    let expected = ["Your work is in danger", "Danger: The data looks doubtful", "Go back to", "Backup (Yesterday | "];
    check(&page, &expected);
    let other = sample.get("/w/shop", "language=ru");
    check(&other, &["Ваша работа под угрозой", "Опасность: Данные вызывают сомнение", "Вернуться: "]);
}

#[test]
fn a_damaged_database_that_was_set_aside_is_shown_and_not_offered() {
    let mut sample = lived();
    overwrite(&sample.path().join("shop.db"), b"this was a database once");
    let restore = EventKind::RestoreRequested(shop(), Source::Snapshot(SnapshotId(2)));
    sample.told("2026-11-22T08:30[Europe/Moscow]", vec![restore]);
    let page = sample.get("/w/shop", "");
    let damaged = page.split("<article").find(|card| card.contains("Damaged Database")).unwrap();
    assert!(damaged.contains("cannot be restored") && !damaged.contains("<h3><a"), "{damaged}");
    check(&page, &["Damaged Database (Today 08:30 | ", "Set aside because the database was damaged"]);
    assert!(!page.contains("/w/shop/undo"), "an undo of it would be refused");
}

#[test]
fn a_backup_is_pinned_checked_and_rehearsed() {
    let mut sample = lived();
    assert_eq!(sample.post("/w/shop/s/s1/pin", "name="), "303 /w/shop/s/s1/about");
    check(
        &sample.get("/w/shop/s/s1/about", ""),
        &["Pinned: Close Backup 1", "Sound", "Kept for good", "Take the pin off"],
    );
    assert_eq!(sample.post("/w/shop/s/s1/unpin", ""), "303 /w/shop/s/s1/about");
    check(&sample.get("/w/shop/s/s1/about", ""), &["It holds", "sales", "Pin", "Check in full", "Rehearse a restore"]);
    let job = sample.post("/w/shop/s/s1/verify", "");
    assert!(job.starts_with("303 /job/") && job.ends_with("?back=/w/shop"), "{job}");
    sample.idle();
    check(&sample.get("/w/shop/s/s1/about", ""), &["Proven every page and index of it was checked"]);
    sample.post("/w/shop/s/s1/drill", "");
    sample.idle();
    check(&sample.get("/w/shop/s/s1/about", ""), &["Rehearsed a restore from it was tried out"]);
}

fn overwrite(file: &std::path::Path, content: &[u8]) {
    use std::io::Write;
    let mut file = std::fs::OpenOptions::new().write(true).truncate(true).open(file).unwrap();
    file.write_all(content).unwrap();
}

/// The page said “You are safe” over a database that somebody had overwritten with something else.
#[test]
fn books_that_are_no_books_are_told_at_once() {
    let mut sample = Sample::business();
    sample.told("2026-11-22T08:00[Europe/Moscow]", vec![EventKind::AppStarted(WorkspaceId("shop".to_owned()))]);
    assert!(words(&sample.get("/w/shop", "")).contains("You are safe"));
    let mut options = std::fs::OpenOptions::new();
    let mut live = options.write(true).truncate(true).open(sample.path().join("shop.db")).unwrap();
    std::io::Write::write_all(&mut live, &[7; 9000]).unwrap();
    let page = words(&sample.get("/w/shop", ""));
    assert!(!page.contains("You are safe") && page.contains("it is not an SQLite database"), "{page}");
}
