//! The app's moments: start, close, and a run in between.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use expect_test::expect;

use crate::world::World;

#[test]
fn a_new_home_has_one_workspace_and_is_made_once() {
    World::nothing().check(
        "init
         workspace list
         init
         list",
        &expect![[r#"
            $ init
            Made TMP/home with the workspace “My Workshop” in my-workshop.db.
            Next: omnicraft open
            $ workspace list
            My Workshop (my-workshop)
              TMP/home/my-workshop.db
            $ init
            ! omnicraft: TMP/home is a home already; nothing was changed. Use it as it is, or name another folder with --home
            exit 1
            $ list
            My Workshop
              no backup yet
        "#]],
    );
}

#[test]
fn nothing_works_without_a_home_and_nothing_is_made() {
    let world = World::nothing();
    for command in ["open", "close", "list", "status", "undo", "restore s1", "workspace list", "run -- true"] {
        let ran = world.run(command).ends(1);
        assert!(ran.stderr.contains("omnicraft init"), "{command}: {}", ran.stderr);
    }
    assert!(!world.home().exists());
}

#[test]
fn the_first_start_fills_four_slots_and_the_next_day_one() {
    World::shop().check(
        "open
         open
         at 2026-11-22T08:30[UTC]
         open
         at 2026-11-23T08:30[UTC]
         open
         at 2026-12-01T08:30[UTC]
         open
         at 2027-01-01T08:30[UTC]
         open
         list",
        &expect![[r#"
            $ open
            Shop: Daily Backup, Weekly Backup, Monthly Backup and Yearly Backup taken (SIZE each)
            $ open
            Shop: nothing due
            $ open
            Shop: Daily Backup taken (SIZE)
            $ open
            Shop: Daily Backup and Weekly Backup taken (SIZE each)
            $ open
            Shop: Daily Backup, Weekly Backup and Monthly Backup taken (SIZE each)
            $ open
            Shop: Daily Backup, Weekly Backup, Monthly Backup and Yearly Backup taken (SIZE each)
            $ list
            Shop
              s14  Yearly Backup (Today | SIZE)  sound  auto_yearly
              s13  Monthly Backup (Today | SIZE)  sound  auto_monthly
              s12  Weekly Backup (Today | SIZE)  sound  auto_weekly
              s11  Daily Backup (Today | SIZE)  sound  auto_daily
              s10  Monthly Backup (1 Dec 2026 | SIZE)  sound  auto_monthly_2026-12-01
              s9  Weekly Backup (1 Dec 2026 | SIZE)  sound  auto_weekly_2026-12-01
              s8  Daily Backup (1 Dec 2026 | SIZE)  sound  auto_daily_2026-12-01
              s7  Weekly Backup (23 Nov 2026 | SIZE)  sound  auto_weekly_2026-11-23
              s6  Daily Backup (23 Nov 2026 | SIZE)  sound  auto_daily_2026-11-23
              s5  Daily Backup (22 Nov 2026 | SIZE)  sound  auto_daily_2026-11-22
              s4  Yearly Backup (21 Nov 2026 | SIZE)  sound  auto_yearly_2026-11-21
              s3  Monthly Backup (21 Nov 2026 | SIZE)  sound  auto_monthly_2026-11-21
              s2  Weekly Backup (21 Nov 2026 | SIZE)  sound  auto_weekly_2026-11-21
              s1  Daily Backup (21 Nov 2026 | SIZE)  sound  auto_daily_2026-11-21
        "#]],
    );
}

#[test]
fn closes_push_a_ring_of_three_and_an_unchanged_one_pushes_nothing() {
    World::shop().check(
        "close
         close
         close
         goods 1
         at 2026-11-21T12:00[UTC]
         close
         goods 1
         at 2026-11-21T18:05[UTC]
         close
         goods 1
         at 2026-11-22T18:05[UTC]
         close
         open
         close
         list",
        &expect![[r#"
            $ close
            Shop: Close Backup 1 taken (SIZE)
            $ close
            Shop: unchanged since the last backup, none taken
            $ close
            Shop: unchanged since the last backup, none taken
            $ close
            Shop: Close Backup 1 taken (SIZE)
            $ close
            Shop: Close Backup 1 taken (SIZE)
            $ close
            Shop: Close Backup 1 taken (SIZE)
            $ open
            Shop: Daily Backup, Weekly Backup, Monthly Backup and Yearly Backup taken (SIZE each)
            $ close
            Shop: unchanged since the last backup, none taken
            $ list
            Shop
              s8  Yearly Backup (Today | SIZE)  sound  auto_yearly
              s7  Monthly Backup (Today | SIZE)  sound  auto_monthly
              s6  Weekly Backup (Today | SIZE)  sound  auto_weekly
              s5  Daily Backup (Today | SIZE)  sound  auto_daily
              s4  Close Backup 1 (Today 18:05 | SIZE)  sound  auto_close_1
              s3  Close Backup 2 (Yesterday 18:05 | SIZE)  sound  auto_close_2
              s2  Close Backup 3 (Yesterday 12:00 | SIZE)  sound  auto_close_3
        "#]],
    );
}

#[test]
fn one_workspace_that_fails_does_not_stop_the_others() {
    let mut world = World::shop();
    world.sql("other.db", "CREATE TABLE notes (text); INSERT INTO notes VALUES ('x')");
    let add = format!("workspace add Notes --db {}", world.path("other.db").display());
    world.run(&add).ends(0);
    std::fs::write(world.path("shop.db"), "no longer a database").unwrap();
    world.check("open", &expect![[r#"
        $ open
        Notes: Daily Backup, Weekly Backup, Monthly Backup and Yearly Backup taken (SIZE each, copied through SQLite: its journal mode is delete)
        ! Shop: cannot look at the live database (TMP/shop.db): it is not an SQLite database. Nothing was rotated and nothing was deleted. There is no snapshot of it yet; look for a copy on another disk, and keep this file
        exit 3
    "#]]);
    assert!(world.backup("notes/auto_daily.db").is_file());
}

#[test]
fn a_run_opens_and_closes_around_the_app_and_hands_its_exit_code_on() {
    let world = World::shop();
    let app = "import_goods() { :; }; exit 7";
    let ran = world.run(&format!("run -- sh -c \"{app}\"")).ends(7);
    assert!(ran.stdout.is_empty(), "{}", ran.stdout);
    assert_eq!(world.slots().len(), 5, "four startup slots and a close slot");
    world.run("run -- sh -c \"exit 0\"").ends(0);
    world.run("run -- sh -c \"kill -9 $$\"").ends(137);
    world.run("run -- /no/such/app").ends(1);
    world.run("run").ends(2);
    let ran = world.run("--json run -- echo hello").ends(0);
    assert_eq!(ran.json()["app"], 0);
}

#[test]
fn a_run_takes_the_new_days_backup_at_midnight() {
    let mut world = World::shop();
    world.run("open").ends(0);
    world.clock("2026-11-21T23:59:59[UTC]");
    let ran = world.run("run -- sleep 3").ends(0);
    assert!(ran.stderr.contains("Daily Backup taken"), "{}", ran.stderr);
    assert!(world.backup("auto_daily_2026-11-21.db").is_file());
}

/// A shop in which nothing is due at the midnight that comes in a second: the clock was a minute ahead for a while, so the new
/// day has its backup already.
fn before_an_idle_midnight() -> World {
    let mut world = World::shop();
    world.run("open").ends(0);
    world.clock("2026-11-22T00:00:30[UTC]");
    world.run("open").ends(0);
    world.clock("2026-11-21T23:59:59[UTC]");
    world
}

#[test]
fn a_run_proves_the_newest_backup_where_nothing_is_due() {
    let world = before_an_idle_midnight();
    let ran = world.run("run -- sleep 3").ends(0);
    let proven = ran.stderr.lines().filter(|line| line.contains("was checked in full and is proven"));
    let proven: Vec<&str> = proven.collect();
    assert!(matches!(proven[..], [one] if one.starts_with("Shop: Daily Backup (")), "{}", ran.stderr);
    let list = world.json("list");
    let proven = list.as_array().unwrap().iter().filter(|snapshot| snapshot["verification"] == "proven");
    let proven: Vec<&str> = proven.map(|snapshot| snapshot["slot"].as_str().unwrap()).collect();
    // The exit copied the same content and read it back.
    assert_eq!(proven, ["auto_close_1", "auto_daily"]);
}

/// The disk spoils the newest backup while the app runs: it is said, and nothing is thrown away.
#[test]
fn a_run_finds_out_a_backup_that_has_decayed() {
    let world = before_an_idle_midnight();
    let newest = world.backup("auto_daily.db");
    let decay = format!("dd if=/dev/zero of={} bs=100 seek=80 count=1 conv=notrunc; sleep 3", newest.display());
    let ran = world.run(&format!("run -- sh -c \"{decay}\"")).ends(0);
    assert!(ran.stderr.contains("(auto_daily) is not good: its content is not what was published"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("is proven"), "{}", ran.stderr);
    assert!(newest.is_file());
}

/// Starts a run whose app lives as long as the file `alive` does.
fn running(world: &World) -> Child {
    let alive = world.path("alive");
    let app = format!("touch {0}; while [ -e {0} ]; do sleep 0.1; done", alive.display());
    let run = world.command(&format!("run -- sh -c \"{app}\"")).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while !alive.exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the app never started");
        std::thread::sleep(Duration::from_millis(20));
    }
    run
}

#[test]
fn beside_a_run_one_can_look_but_not_touch_and_a_killed_run_loses_nothing() {
    let world = World::shop();
    world.run("open").ends(0);
    let mut run = running(&world);
    for look in ["list", "status", "workspace list", "preview auto_daily"] {
        let ran = world.run(look).ends(0);
        assert!(ran.stderr.contains("at work in this home"), "{look}: {}", ran.stderr);
    }
    world.nothing_lost(|| {
        for touch in ["open", "close", "snapshot", "--yes restore auto_daily", "verify", "--yes workspace remove shop"]
        {
            let ran = world.run(touch).ends(1);
            assert!(ran.stderr.contains("another OmniCraft backup engine"), "{touch}: {}", ran.stderr);
        }
        run.kill().unwrap();
        run.wait().unwrap();
        std::fs::remove_file(world.path("alive")).unwrap();
        world.run("open").ends(0);
    });
}

#[cfg(unix)]
#[test]
fn a_stop_that_is_meant_for_the_app_does_not_cost_the_closing_backup() {
    let world = World::shop();
    let mut run = running(&world);
    let sent = Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap();
    assert!(sent.success());
    std::fs::remove_file(world.path("alive")).unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(0));
    assert!(world.backup("auto_close_1.db").is_file());
}
