//! Files to carry away and to bring back: saved by the browser or into a folder, dropped on the page, and refused with
//! every place that speaks against them.
#![expect(clippy::disallowed_methods, reason = "files that the test brings and takes away")]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::accessible::is_accessible;
use super::books::{rows, spoil};
use super::in_browser;
use super::verbs::Browser;

/// Has a kind of export written into a folder.
fn export(browser: &Browser, kind: &str, folder: &Path, name: &str) -> PathBuf {
    browser.go("/w/my-workshop/export");
    browser.click(kind);
    browser.click("Into a folder of this computer");
    browser.type_into("Folder", folder.to_str().unwrap());
    browser.type_into("Name of the file", name);
    browser.click("Export");
    browser.see("The file lies at");
    let ending = if kind == "A database." { "db" } else { "zip" };
    folder.join(format!("{name}.{ending}"))
}

/// Drops a file on the page for imports, as from the desktop.
fn drop_on_page(browser: &Browser, file: &Path) {
    browser.go("/import");
    // The field takes the file from the disk; the page is told that it was dropped.
    browser.wait_for("#file").keys(file.to_str().unwrap());
    browser.run(
        "const transfer = new DataTransfer(); transfer.items.add(document.getElementById('file').files[0]);\
         const drop = new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true });\
         document.getElementById('upload').dispatchEvent(drop); return 0",
    );
}

#[test]
fn a_file_in_a_folder_comes_back_by_dropping_it() {
    in_browser(|browser, server| {
        let folder = TempDir::new().unwrap();
        let before = rows(server, "sales");
        for (kind, name) in [("A database.", "books"), ("Tables.", "tables"), ("Everything.", "all")] {
            let file = export(browser, kind, folder.path(), name);
            assert!(file.is_file(), "{}", file.display());
            spoil(server, 10);
            drop_on_page(browser, &file);
            browser.see("10 sales");
            browser.see(&format!("from {name}."));
            is_accessible(browser);
            let everything = name == "all";
            browser.type_into("To confirm, type", if everything { "restore all" } else { "My Workshop" });
            browser.click("Restore");
            browser.see(if everything { "Everything is back" } else { "Your books are back" });
            assert_eq!(rows(server, "sales"), before, "{kind}");
        }
    });
}

#[test]
fn the_browser_saves_the_file_under_its_name() {
    in_browser(|browser, _| {
        browser.go("/w/my-workshop/export");
        is_accessible(browser);
        browser.click("Export");
        browser.see("Save the file");
        let saved = browser.run_and_wait(
            "async () => { const answer = await fetch(document.querySelector('a[download]').href);\
               const bytes = new Uint8Array(await answer.arrayBuffer());\
               return answer.headers.get('content-disposition') + ' ' + new TextDecoder().decode(bytes.slice(0, 15)) }",
        );
        let saved = saved.as_str().unwrap();
        assert!(saved.contains("My Workshop 2026-11-21.db") && saved.ends_with("SQLite format 3"), "{saved}");
    });
}

#[test]
fn a_folder_that_cannot_be_written_to_is_said() {
    in_browser(|browser, server| {
        browser.go("/w/my-workshop/export");
        let backups = server.home().join("backups");
        for (folder, said) in [
            ("/there/is/no/such/folder", "There is no such folder"),
            ("books", "Write the whole path"),
            (backups.to_str().unwrap(), "belongs to OmniCraft itself"),
        ] {
            browser.click("Into a folder of this computer");
            browser.type_into("Folder", folder);
            browser.click("Export");
            browser.see(said);
            // The browser itself notes that the form came back.
            browser.forget_complaints();
        }
    });
}

#[test]
fn an_archive_that_was_changed_is_told_by_file_and_line() {
    in_browser(|browser, server| {
        let folder = TempDir::new().unwrap();
        let file = export(browser, "Tables.", folder.path(), "tables");
        let changed = folder.path().join("changed.zip");
        change_a_client(&file, &changed, "1,X");
        drop_on_page(browser, &changed);
        browser.see("What speaks against this file");
        browser.see("clients.csv");
        is_accessible(browser);
        // Nothing can be restored from it as it is; whoever changed it can say so.
        assert!(browser.run("return document.getElementById('restore')").is_null());
        take_as_it_is(browser);
        browser.see("Changed since the export, and taken as it is now");
        assert!(places(browser).contains(&("clients.csv".to_owned(), "2".to_owned(), String::new())));
        browser.see("To confirm, type");
        // A number that is none is told by its column, too.
        change_a_client(&file, &changed, "one,");
        drop_on_page(browser, &changed);
        browser.see("What speaks against this file");
        take_as_it_is(browser);
        browser.see("id");
        assert!(places(browser).contains(&("clients.csv".to_owned(), "2".to_owned(), "id".to_owned())));
        assert!(rows(server, "clients") > 0);
    });
}

fn take_as_it_is(browser: &Browser) {
    let before = browser.address();
    browser.click("Take the file as it is now");
    browser.click("Look again");
    browser.wait("the second look", || (browser.address() != before).then_some(()));
    browser.wait_for(".findings");
}

/// File without its number, line and column of each finding.
fn places(browser: &Browser) -> Vec<(String, String, String)> {
    let found = browser.run(
        "return [...document.querySelectorAll('.findings tbody tr')].map(r => [...r.cells].map(c => c.innerText))",
    );
    let place = |row: &serde_json::Value| {
        let cell = |at: usize| row[at].as_str().unwrap().to_owned();
        (cell(0).split_once('_').unwrap().1.to_owned(), cell(1), cell(2))
    };
    found.as_array().unwrap().iter().map(place).collect()
}

#[test]
fn a_file_that_is_nothing_of_ours_is_refused() {
    in_browser(|browser, server| {
        let folder = TempDir::new().unwrap();
        let diary = folder.path().join("diary.db");
        fs::write(&diary, "this is no database at all, it only has the name of one").unwrap();
        drop_on_page(browser, &diary);
        browser.see("neither a database nor a file that OmniCraft has exported");
        let broken = folder.path().join("broken.zip");
        fs::write(&broken, b"PK\x03\x04 and then nothing of the kind").unwrap();
        drop_on_page(browser, &broken);
        browser.see("What speaks against this file");
        browser.forget_complaints();
        assert!(rows(server, "sales") > 0);
    });
}

/// Copies an archive, in which the first client's line begins in another way.
fn change_a_client(from: &Path, to: &Path, begins: &str) {
    let mut archive = ZipArchive::new(File::open(from).unwrap()).unwrap();
    let mut writer = ZipWriter::new(File::create(to).unwrap());
    for place in 0..archive.len() {
        let mut member = archive.by_index(place).unwrap();
        let name = member.name().unwrap().into_owned();
        let mut content = Vec::new();
        member.read_to_end(&mut content).unwrap();
        if name.ends_with("_clients.csv") {
            let whole = String::from_utf8(content).unwrap();
            assert!(whole.contains("\n1,"), "{whole}");
            content = whole.replacen("\n1,", &format!("\n{begins}"), 1).into_bytes();
        }
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap();
}
