//! `--json`, help, exit codes and pipes: what programs rely on.

use std::process::Stdio;

use serde_json::Value;

use crate::world::{World, finish};

#[test]
fn every_command_answers_with_one_document() {
    let world = World::shop();
    let file = world.path("out.db");
    let lines = [
        "open",
        "close",
        "list",
        "status",
        "snapshot",
        "snapshot --pin x --workspace shop",
        "pin s1 kept",
        "unpin s1",
        "preview s1",
        "--yes restore s1",
        "--yes undo",
        "verify",
        "drill",
        "workspace list",
        "workspace add Books",
        "--yes reset accounting --workspace books",
        "migrate --workspace books",
        "--yes workspace remove books",
        "run -- true",
    ];
    for line in lines {
        let ran = world.run(&format!("--json {line}"));
        assert!(matches!(ran.code, 0 | 3), "{line}: {}", ran.stderr);
        ran.json();
    }
    world.json(&format!("export --db {}", file.display()));
    for line in ["export --csv a.zip", "export --all b.zip", "preview a.zip", "preview b.zip", "--yes restore a.zip"] {
        world.json(line);
    }
    assert_eq!(world.json("--yes restore b.zip")["kept"], serde_json::json!([]));
}

#[test]
fn a_card_has_every_field() {
    let world = World::shop();
    world.run("snapshot --pin \"before the fair\"").ends(0);
    let list = world.json("list");
    let card = &list[0];
    for (key, expected) in [
        ("id", "s1"),
        ("workspace", "shop"),
        ("workspace_name", "Shop"),
        ("slot", "manual_2026-11-21"),
        ("trigger", "manual"),
        ("verification", "sound"),
        ("pin", "before the fair"),
    ] {
        assert_eq!(card[key], expected, "{key}");
    }
    assert_eq!(card["pinned"], true);
    assert!(card["card"].as_str().unwrap().starts_with("Pinned: before the fair (Today 08:30 | "), "{card}");
    let path = std::path::Path::new(card["path"].as_str().unwrap());
    assert!(path.is_absolute());
    assert_eq!(std::fs::metadata(path).unwrap().len(), card["bytes"].as_u64().unwrap());
    assert!(card["taken_at"].as_str().unwrap().starts_with("2026-11-21T08:30:0"), "{card}");
}

#[test]
fn a_preview_has_a_row_per_table() {
    let world = World::shop();
    world.run("open").ends(0);
    world.add_goods(3);
    world.sql("shop.db", "DELETE FROM goods WHERE id = 1; UPDATE goods SET name = 'x' WHERE id IN (2, 3)");
    let preview = world.json("preview auto_daily");
    let expected = serde_json::json!([{ "table": "goods", "removed": 3, "added": 1, "changed": 2 }]);
    assert_eq!(preview["tables"], expected, "{preview}");
    let summary = "3 rows in goods made since then will be lost; 1 row in goods will come back; 2 rows in goods return \
                   to older values";
    assert_eq!(preview["summary"], summary);
}

#[test]
fn failures_are_documents_too() {
    let world = World::shop();
    for (line, code) in [
        ("--json restore s99", 1),
        ("restore s99 --json", 1),
        ("--json undo", 1),
        ("--json workspace remove nobody", 1),
        ("--json restore", 2),
        ("--json frobnicate", 2),
        ("pin --json twelve", 2),
        ("--json --at never list", 2),
    ] {
        let ran = world.run(line).ends(code);
        let reason = &ran.json()["error"]["reason"];
        assert!(reason.as_str().is_some_and(|reason| !reason.is_empty()), "{line}: {reason}");
        assert!(!ran.stderr.is_empty(), "{line}");
    }
    assert_eq!(
        finish(World::nothing().command("--json list").env_remove("OMNICRAFT_HOME").env("HOME", "/nonexistent")).code,
        1
    );
}

#[test]
fn a_question_that_nobody_can_answer_is_refused() {
    let world = World::shop();
    world.run("open").ends(0);
    world.add_goods(1);
    world.nothing_lost(|| {
        for line in ["restore auto_daily", "workspace remove shop"] {
            let ran = world.run(line).ends(1);
            assert!(ran.stderr.contains("--yes"), "{line}: {}", ran.stderr);
        }
    });
}

#[test]
fn help_says_what_each_command_does() {
    let world = World::nothing();
    for command in [
        "demo",
        "init",
        "workspace",
        "workspace add",
        "workspace list",
        "workspace remove",
        "open",
        "close",
        "run",
        "list",
        "snapshot",
        "pin",
        "unpin",
        "preview",
        "restore",
        "undo",
        "export",
        "reset",
        "migrate",
        "verify",
        "drill",
        "serve",
        "status",
    ] {
        let help = world.run(&format!("{command} --help")).ends(0);
        assert!(help.stdout.contains("Usage:") && help.stdout.lines().count() > 5, "{command}: {}", help.stdout);
    }
    for (wrong, code) in [("", 2), ("workspace", 2), ("export --csv x", 2), ("remote list", 2), ("serve --port x", 2)] {
        world.run(wrong).ends(code);
    }
    assert!(world.run("--version").ends(0).stdout.starts_with("omnicraft "));
}

#[test]
fn the_home_is_the_flag_then_the_variable() {
    let world = World::shop();
    let other = world.path("other");
    let ran = world.run(&format!("init --json --home {}", other.display())).ends(0);
    assert_eq!(ran.json()["home"], Value::from(other.to_str().unwrap()));
    let list = world.run(&format!("workspace list --json --home {}", other.display())).ends(0).json();
    assert_eq!(list[0]["name"], "My Workshop");
    assert_eq!(world.json("workspace list")[0]["name"], "Shop");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let world = World::shop();
    world.run("open").ends(0);
    let mut child = world.command("--json list").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
