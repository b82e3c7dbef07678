//! The three exports: what they write, what they say, and what they refuse to write over.

use std::fs;

use expect_test::expect;

use crate::world::{World, content};
use crate::zips;

/// A shop with a second business beside it.
fn two() -> World {
    let world = World::shop();
    world.run("workspace add Studio").ends(0);
    world
}

#[test]
fn each_export_says_what_it_wrote_and_replaces_nothing_unasked() {
    two().check(
        "export --db books.db
         export --csv books.zip
         export --csv books.zip
         export --csv books.zip --force
         export --csv studio.zip --workspace STUDIO
         export --all everything.zip
         export --all everything.zip --with-csv
         export --all everything.zip --with-csv --force",
        &expect![[r#"
            $ export --db books.db
            “Shop” is exported to TMP/books.db (SIZE).
            $ export --csv books.zip
            “Shop” is exported to TMP/books.zip (SIZE).
            $ export --csv books.zip
            ! omnicraft: cannot export to this file (TMP/books.zip): there is a file already. Choose another name, or allow the file to be replaced
            exit 1
            $ export --csv books.zip --force
            “Shop” is exported to TMP/books.zip (SIZE).
            $ export --csv studio.zip --workspace STUDIO
            “Studio” is exported to TMP/studio.zip (SIZE).
            $ export --all everything.zip
            “Shop” and “Studio” are exported to TMP/everything.zip (SIZE).
            $ export --all everything.zip --with-csv
            ! omnicraft: cannot export to this file (TMP/everything.zip): there is a file already. Choose another name, or allow the file to be replaced
            exit 1
            $ export --all everything.zip --with-csv --force
            “Shop” and “Studio” are exported to TMP/everything.zip (SIZE).
        "#]],
    );
}

#[test]
fn an_export_is_told_to_programs() {
    let world = two();
    let all = world.json("export --all everything.zip --with-csv");
    assert_eq!(all["kind"], "all");
    let names: Vec<_> = all["workspaces"].as_array().unwrap().iter().map(|known| &known["workspace_name"]).collect();
    assert_eq!(names, ["Shop", "Studio"]);
    for (line, kind, workspace) in [
        ("--db a.db", "db", "shop"),
        ("--csv a.zip", "csv", "shop"),
        ("--csv b.zip --workspace studio", "csv", "studio"),
    ] {
        let told = world.json(&format!("export {line}"));
        assert_eq!((told["kind"].as_str(), told["workspace"].as_str()), (Some(kind), Some(workspace)), "{told}");
        let size = fs::metadata(told["file"].as_str().unwrap()).unwrap().len();
        assert_eq!(told["bytes"].as_u64(), Some(size), "{told}");
    }
}

#[test]
fn what_makes_no_sense_is_a_usage_error() {
    two().check(
        "export
         export --db a.db --csv b.zip
         export --csv a.zip --with-csv
         export --all a.zip --workspace shop
         export --csv books.csv
         export --all everything",
        &expect![[r#"
            $ export
            ! error: the following required arguments were not provided:
            !  <--db <FILE.db>|--csv <FILE.zip>|--all <FILE.zip>>
            !
            ! Usage: omnicraft export --home <DIR> <--db <FILE.db>|--csv <FILE.zip>|--all <FILE.zip>>
            !
            ! For more information, try '--help'.
            exit 2
            $ export --db a.db --csv b.zip
            ! error: the argument '--db <FILE.db>' cannot be used with '--csv <FILE.zip>'
            !
            ! Usage: omnicraft export --home <DIR> <--db <FILE.db>|--csv <FILE.zip>|--all <FILE.zip>>
            !
            ! For more information, try '--help'.
            exit 2
            $ export --csv a.zip --with-csv
            ! error: the argument '--csv <FILE.zip>' cannot be used with '--with-csv'
            !
            ! Usage: omnicraft export --home <DIR> <--db <FILE.db>|--csv <FILE.zip>|--all <FILE.zip>>
            !
            ! For more information, try '--help'.
            exit 2
            $ export --all a.zip --workspace shop
            ! error: the argument '--all <FILE.zip>' cannot be used with '--workspace <NAME>'
            !
            ! Usage: omnicraft export --home <DIR> <--db <FILE.db>|--csv <FILE.zip>|--all <FILE.zip>>
            !
            ! For more information, try '--help'.
            exit 2
            $ export --csv books.csv
            ! omnicraft: --csv writes a zip file, and TMP/books.csv is not called one. Call it books.zip
            exit 2
            $ export --all everything
            ! omnicraft: --all writes a zip file, and TMP/everything is not called one. Call it everything.zip
            exit 2
        "#]],
    );
}

#[test]
fn a_place_where_nothing_may_be_written_is_left_as_it_is() {
    let mut world = two();
    fs::create_dir(world.path("folder.zip")).unwrap();
    fs::hard_link(world.path("shop.db"), world.path("second-name.zip")).unwrap();
    world.check(
        "export --csv folder.zip --force
         export --csv no/such/folder/a.zip
         export --all home/backups/a.zip
         export --csv second-name.zip --force
         export --csv a.zip --workspace garden",
        &expect![[r#"
            $ export --csv folder.zip --force
            ! omnicraft: cannot export to this file (TMP/folder.zip): there is something that is no ordinary file. Choose another name
            exit 1
            $ export --csv no/such/folder/a.zip
            ! omnicraft: cannot export to this file (TMP/no/such/folder): there is no such folder. Make the folder, or choose another
            exit 1
            $ export --all home/backups/a.zip
            ! omnicraft: cannot export to this file (TMP/home/backups/a.zip): it lies in the folder of backups, which the engine keeps for itself. Choose a path outside the home of the backups
            exit 1
            $ export --csv second-name.zip --force
            ! omnicraft: cannot export to this file (TMP/second-name.zip): it is the live database of Shop. Choose a snapshot or another file
            exit 1
            $ export --csv a.zip --workspace garden
            ! omnicraft: there is no workspace called “garden”. There is “Shop”, “Studio”
            exit 1
        "#]],
    );
    assert_eq!(world.goods(), 100);
    assert!(!world.path("a.zip").exists() && !world.backup("a.zip").exists());
}

#[test]
fn a_csv_archive_is_a_page_for_people_a_file_for_each_table_and_a_manifest() {
    let world = World::shop();
    world.sql("shop.db", "INSERT INTO goods (name) VALUES ('=SUM(A1)'), (NULL), (''), ('two\nlines')");
    world.run("export --csv books.zip").ends(0);
    let names: Vec<String> = zips::members(&world.path("books.zip")).into_iter().map(|member| member.name).collect();
    assert_eq!(names, ["README.txt", "0001_goods.csv", "0001_goods.lines", "manifest.json"]);
    let goods = zips::member(&world.path("books.zip"), "goods.csv").text();
    assert!(goods.starts_with("\u{feff}id,name\r\n1,thing 1\r\n"), "{goods}");
    assert!(goods.ends_with("101,'=SUM(A1)\r\n102,\r\n103,'\r\n104,\"two\nlines\"\r\n"), "{goods}");
    assert!(zips::member(&world.path("books.zip"), "README").text().contains("Shop"));
}

#[test]
fn a_global_archive_holds_the_list_of_workspaces_and_each_database() {
    let world = two();
    world.run("export --all everything.zip --with-csv").ends(0);
    let path = world.path("everything.zip");
    let names: Vec<String> = zips::members(&path).into_iter().map(|member| member.name).collect();
    let expected = [
        "README.txt",
        "workspaces.json",
        "0001_shop.db",
        "0001_shop.zip",
        "0002_studio.db",
        "0002_studio.zip",
        "manifest.json",
    ];
    assert_eq!(names, expected);
    fs::write(world.path("out.db"), zips::member(&path, "shop.db").bytes).unwrap();
    assert_eq!(content(&world.path("out.db")), content(&world.path("shop.db")));
}

#[test]
fn an_app_that_is_at_work_is_not_disturbed() {
    let world = World::shop();
    let app = rusqlite::Connection::open(world.path("shop.db")).unwrap();
    app.execute_batch("BEGIN; INSERT INTO goods (name) VALUES ('not yet')").unwrap();
    for kind in ["--db a.db", "--csv a.zip", "--all b.zip"] {
        world.run(&format!("export {kind}")).ends(0);
    }
    app.execute_batch("COMMIT").unwrap();
    assert_eq!(world.goods(), 101);
    assert_eq!(crate::world::count(&world.path("a.db"), "goods"), 100);
}
