//! Settings: the picture says of each backup what would become of it, and saving is what changes the policy.

use omnicraft_core::event::EventKind;
use omnicraft_core::model::WorkspaceId;
use omnicraft_core::policy::Policy;

use crate::pages::sample::{Sample, words};

/// A business with the backups of five mornings.
fn lived() -> Sample {
    let sample = Sample::business();
    for day in 17..=21 {
        let morning = format!("2026-11-{day}T08:30[Europe/Moscow]");
        sample.told(&morning, vec![EventKind::AppStarted(WorkspaceId("shop".to_owned()))]);
    }
    sample
}

const ASKED: &str = "daily=2&weekly=4&monthly=6&yearly=2&ring=3&safeguards=5&manual=20&undo_depth=5&budget=1074";

#[test]
fn the_picture_says_what_would_be_kept_and_why() {
    let mut sample = lived();
    let page = words(&sample.get("/settings", ""));
    assert!(page.contains("All 8 backups are kept") && page.contains("Now in force: 7 daily"), "{page}");
    let picture = words(&sample.get(&format!("/settings/picture?{ASKED}"), ""));
    assert!(picture.contains("5 backups are kept") && picture.contains("3 would be removed after the next backup"));
    assert!(picture.contains("Removed enough newer ones of its kind are kept"), "{picture}");
    assert!(
        picture.contains("Kept it has a place of its own that is always kept; it is the newest good one"),
        "{picture}"
    );
    let russian = words(&sample.get(&format!("/settings/picture?{ASKED}"), "language=ru"));
    assert!(russian.contains("Удалится хватает более новых того же вида"), "{russian}");
    assert!(russian.contains("Остаются 5 копий") && russian.contains("удалятся 3"), "{russian}");
    let tight = words(&sample.get("/settings/picture?".to_owned().as_str(), ""));
    assert!(tight.contains("Correct the numbers"), "{tight}");
}

#[test]
fn without_scripts_a_button_shows_the_picture_and_saves_nothing() {
    let mut sample = lived();
    let page = sample.post("/settings/preview", ASKED);
    assert!(words(&page).contains("3 would be removed after the next backup") && page.contains("value=\"2\""));
    assert_eq!(sample.site().desk.known().state.policy, Policy::default());
    assert!(sample.site().desk.jobs().is_empty());
}

#[test]
fn saving_changes_the_policy_and_removes_nothing() {
    let mut sample = lived();
    assert_eq!(sample.post("/settings", ASKED), "303 /settings");
    let known = sample.site().desk.known();
    assert_eq!(known.state.policy, Policy { daily: 2, ..Policy::default() });
    assert_eq!(known.state.snapshots.len(), 8);
    assert!(sample.site().desk.jobs().is_empty(), "nobody needs to hear of a change that went well");
}

#[test]
fn what_is_no_number_is_said_at_its_field() {
    let mut sample = lived();
    let page = sample.post("/settings", &ASKED.replace("daily=2", "daily=none").replace("budget=1074", "budget=0"));
    assert!(page.starts_with("422"));
    let words = words(&page);
    assert!(words.contains("Enter a whole number from 1 to 366."), "{words}");
    assert!(words.contains("Enter a whole number from 1 to 10,000,000."), "{words}");
    assert!(page.contains("value=\"none\"") && page.contains("aria-describedby=\"daily-hint daily-error\""));
    assert_eq!(sample.site().desk.known().state.policy, Policy::default());
}
