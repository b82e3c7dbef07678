//! The demo does the whole job on real files, and leaves a home to look around in.

use omnicraft_fixtures::check_books;

use crate::world::World;

#[test]
fn the_demo_loses_a_database_and_gets_every_row_back() {
    let world = World::nothing();
    let ran = world.run("demo");
    assert!(matches!(ran.code, 0 | 3), "{}\n{}", ran.stdout, ran.stderr);
    for line in ["Every row that was there", "The books balance", "Daily Backup (", "Close Backup 1 ("] {
        assert!(ran.stdout.contains(line), "{line}:\n{}\n{}", ran.stdout, ran.stderr);
    }
    assert_eq!(check_books(&world.home().join("my-workshop.db")), Ok(()));
    assert!(world.slots().len() > 15);
    world.run("--yes undo");
    world.run("demo").ends(1);
}
