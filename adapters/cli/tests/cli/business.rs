//! An OmniCraft business: the words of its tables, its resets, its migration.

use omnicraft_fixtures::{check_books, work_day};

use crate::world::{World, count};

fn database(world: &World) -> std::path::PathBuf {
    world.home().join("my-workshop.db")
}

fn balances(world: &World) {
    assert_eq!(check_books(&database(world)), Ok(()));
}

#[test]
fn a_lost_day_is_told_in_the_businesss_words_and_comes_back() {
    let world = World::business();
    world.run("open").ends(0);
    let before = count(&database(&world), "sales");
    work_day(&database(&world), jiff::civil::date(2026, 11, 21), 1).unwrap();
    let sold = count(&database(&world), "sales") - before;
    assert!(sold > 0);
    let summary = world.json("preview auto_daily")["summary"].as_str().unwrap().to_owned();
    let words = if sold == 1 { "1 sale".to_owned() } else { format!("{sold} sales") };
    assert!(summary.contains(&words), "{summary}");
    assert!(summary.contains("made since then will be lost"), "{summary}");
    world.run("close").ends(0);
    world.run("--yes restore auto_daily").ends(0);
    assert_eq!(count(&database(&world), "sales"), before);
    balances(&world);
    world.run("--yes undo").ends(0);
    assert_eq!(count(&database(&world), "sales"), before + sold);
    balances(&world);
}

#[test]
fn an_accounting_reset_stands_behind_its_safety_net() {
    let world = World::business();
    let sales = count(&database(&world), "sales");
    let clients = count(&database(&world), "clients");
    let asked = world.nothing_lost(|| world.run("reset accounting").ends(1));
    assert!(asked.stderr.contains("sales") && asked.stderr.contains("--yes"), "{}", asked.stderr);
    world.run("--yes reset accounting").ends(0);
    assert_eq!((count(&database(&world), "sales"), count(&database(&world), "clients")), (0, clients));
    balances(&world);
    assert!(world.backup("auto_before_accounting_reset.db").is_file());
    world.run("--yes restore auto_before_accounting_reset").ends(0);
    assert_eq!(count(&database(&world), "sales"), sales);
    balances(&world);
}

#[test]
fn a_factory_reset_keeps_every_backup() {
    let world = World::business();
    world.run("open").ends(0);
    let backups = world.slots().len();
    world.run("--yes reset factory").ends(0);
    assert_eq!(count(&database(&world), "clients"), 0);
    assert_eq!(world.slots().len(), backups + 1);
    world.run("open").ends(0);
    world.run("--yes restore auto_before_factory_reset").ends(0);
    assert!(count(&database(&world), "clients") > 0);
    balances(&world);
}

#[test]
fn a_reset_or_migration_of_somebody_elses_database_is_refused() {
    let world = World::shop();
    world.nothing_lost(|| {
        for line in ["--yes reset accounting", "--yes reset factory", "--yes migrate"] {
            let ran = world.run(line).ends(1);
            assert!(ran.stderr.contains("“Shop”"), "{line}: {}", ran.stderr);
        }
    });
    world.run("reset everything").ends(2);
}

#[test]
fn a_migration_stands_behind_its_safety_net_and_is_done_once() {
    let world = World::business();
    world.run("migrate").ends(0);
    assert!(!world.backup("auto_before_scale_migration.db").exists(), "the newest version needs no safeguard");
    let (oldest, newest) = versions();
    let old = world.home().join("old.db");
    omnicraft_erp::create_at(omnicraft_erp::BUSINESS, &oldest, &old, "an-older-shop", "Old").unwrap();
    world.run(&format!("workspace add Old --db {}", old.display())).ends(0);
    world.run("migrate --workspace old").ends(1);
    let done = world.json("--yes migrate --workspace old");
    assert_eq!((done["from"].as_str(), done["to"].as_str()), (Some(&*oldest), Some(&*newest)));
    assert!(world.backup("old/auto_before_scale_migration.db").is_file());
    let again = world.json("--yes migrate --workspace old");
    assert_eq!(again["published"].as_array().map(Vec::len), Some(0));
}

#[test]
fn an_older_backup_is_migrated_forward_when_it_is_restored() {
    let world = World::nothing();
    world.run("init").ends(0);
    let (oldest, newest) = versions();
    let old = world.home().join("old.db");
    omnicraft_erp::create_at(omnicraft_erp::BUSINESS, &oldest, &old, "an-older-shop", "Old").unwrap();
    world.run(&format!("workspace add Old --db {}", old.display())).ends(0);
    world.run("open").ends(0);
    world.run("--yes migrate --workspace old").ends(0);
    world.run("--yes restore auto_daily --workspace old").ends(0);
    let again = world.json("migrate --workspace old");
    assert_eq!(again["from"].as_str(), Some(&*newest), "{again}");
}

fn versions() -> (String, String) {
    use omnicraft_host::ports::app::App;
    let app = omnicraft_erp::OmniCraft::new();
    let profile = app.profiles().iter().find(|profile| profile.name == omnicraft_erp::BUSINESS).unwrap();
    (profile.versions.first().unwrap().clone(), profile.newest().unwrap().to_owned())
}
