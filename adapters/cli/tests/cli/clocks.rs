//! Clocks: `--at` in all its forms, wrong clocks, daylight saving and journeys.

use expect_test::expect;

use crate::world::World;

/// The content of every database there is, live or backed up.
fn databases(world: &World) -> Vec<Vec<u8>> {
    let all = world.treasure().into_iter();
    all.filter(|(path, _)| path.extension().is_some_and(|end| end == "db")).map(|(_, bytes)| bytes).collect()
}

#[test]
fn a_moment_is_read_in_many_forms_and_nonsense_is_a_usage_error() {
    let mut world = World::shop();
    for at in [
        "2026-11-21",
        "2026-11-21T18:00",
        "2026-11-21 18:00",
        "2026-11-21T18:00+03:00[Europe/Moscow]",
        "2026-11-21T18:00[America/Sao_Paulo]",
        "2026-11-21T18:00Z",
        "2026-03-29T02:30[Europe/Berlin]",
    ] {
        world.clock(at).run("list").ends(0);
    }
    for at in
        ["tomorrow", "2026-02-30", "2026-11-21T18:00[Europe/Atlantis]", "", "2026-11-21T18:00+05:00[Europe/Moscow]"]
    {
        let ran = world.clock(at).run("list").ends(2);
        assert!(ran.stderr.contains("2026-11-21T18:00"), "{at}: {}", ran.stderr);
    }
}

#[test]
fn a_clock_at_1970_at_2099_and_back_again_loses_nothing() {
    let mut world = World::shop();
    world.run("open").ends(0);
    for at in ["1970-01-01T00:00[UTC]", "2099-12-31T23:59[UTC]", "2026-11-20T08:30[UTC]", "2026-11-22T08:30[UTC]"] {
        world.add_goods(1);
        let states = databases(&world);
        world.clock(at);
        world.run("open").ends(0);
        let held = databases(&world);
        let lost = states.iter().filter(|state| !held.contains(state)).count();
        assert_eq!(lost, 0, "{at}");
    }
    world.check(
        "list",
        &expect![[r#"
            $ list
            Shop
              s17  Daily Backup (Today | SIZE)  sound  auto_daily
              s16  Yearly Backup (2 days ago | SIZE)  sound  auto_yearly
              s15  Monthly Backup (2 days ago | SIZE)  sound  auto_monthly
              s14  Weekly Backup (2 days ago | SIZE)  sound  auto_weekly
              s13  Daily Backup (2 days ago | SIZE)  sound  auto_daily_2026-11-20
              s12  Yearly Backup (clock was ahead: 31 Dec 2099 | SIZE)  sound  auto_yearly_2099-12-31
              s11  Monthly Backup (clock was ahead: 31 Dec 2099 | SIZE)  sound  auto_monthly_2099-12-31
              s10  Weekly Backup (clock was ahead: 31 Dec 2099 | SIZE)  sound  auto_weekly_2099-12-31
              s9  Daily Backup (clock was ahead: 31 Dec 2099 | SIZE)  sound  auto_daily_2099-12-31
              s8  Yearly Backup (1 Jan 1970 | SIZE)  sound  auto_yearly_1970-01-01
              s7  Monthly Backup (1 Jan 1970 | SIZE)  sound  auto_monthly_1970-01-01
              s6  Weekly Backup (1 Jan 1970 | SIZE)  sound  auto_weekly_1970-01-01
              s5  Daily Backup (1 Jan 1970 | SIZE)  sound  auto_daily_1970-01-01
              s4  Yearly Backup (Yesterday | SIZE)  sound  auto_yearly_2026-11-21
              s3  Monthly Backup (Yesterday | SIZE)  sound  auto_monthly_2026-11-21
              s2  Weekly Backup (Yesterday | SIZE)  sound  auto_weekly_2026-11-21
              s1  Daily Backup (Yesterday | SIZE)  sound  auto_daily_2026-11-21
        "#]],
    );
}

#[test]
fn a_day_is_a_local_day() {
    let mut world = World::at("2026-10-24T23:30[Europe/Berlin]");
    world.run("init").ends(0);
    world.check(
        "open
         at 2026-10-25T02:30[Europe/Berlin]
         open
         at 2026-10-25T23:59[Europe/Berlin]
         open
         at 2026-10-26T00:01[Europe/Berlin]
         open
         at 2026-10-25T20:00[America/Sao_Paulo]
         open
         at 2026-10-27T00:10[Asia/Tokyo]
         open",
        &expect![[r#"
            $ open
            My Workshop: Daily Backup, Weekly Backup, Monthly Backup and Yearly Backup taken (SIZE each)
            $ open
            My Workshop: Daily Backup taken (SIZE)
            $ open
            My Workshop: nothing due
            $ open
            My Workshop: Daily Backup and Weekly Backup taken (SIZE each)
            $ open
            My Workshop: nothing due
            $ open
            My Workshop: Daily Backup taken (SIZE)
        "#]],
    );
}

#[test]
fn the_last_days_of_a_year_with_53_weeks() {
    let mut world = World::at("2026-12-31T08:30[UTC]");
    world.run("init").ends(0);
    world.check(
        "open
         at 2027-01-01T08:30[UTC]
         open
         at 2027-01-03T08:30[UTC]
         open
         at 2027-01-04T08:30[UTC]
         open",
        &expect![[r#"
            $ open
            My Workshop: Daily Backup, Weekly Backup, Monthly Backup and Yearly Backup taken (SIZE each)
            $ open
            My Workshop: Daily Backup, Monthly Backup and Yearly Backup taken (SIZE each)
            $ open
            My Workshop: Daily Backup taken (SIZE)
            $ open
            My Workshop: Daily Backup and Weekly Backup taken (SIZE each)
        "#]],
    );
}
