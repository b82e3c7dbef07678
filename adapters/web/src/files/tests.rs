//! Files come and go through the page's folder: whole, or not at all.

use std::io;
use std::path::PathBuf;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use camino::{Utf8Path, Utf8PathBuf};
use omnicraft_host::ports::filesystem::{FileSystem, OsFileSystem};
use tempfile::TempDir;
use tokio::runtime::Builder;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use super::PageFolder;
use super::upload::Reason;

/// A home with nothing but the page's folder.
struct World {
    place: TempDir,
    folder: PageFolder,
}

impl World {
    fn new() -> Self {
        let place = TempDir::new().unwrap();
        let folder = PageFolder::open(place.path(), Box::new(OsFileSystem)).unwrap();
        Self { place, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(".page").join(name)
    }

    fn make(&self, name: &str, content: &str) -> Utf8PathBuf {
        let path = self.path(name);
        OsFileSystem.write_new(&path, content.as_bytes()).unwrap();
        path.try_into().unwrap()
    }

    /// Every file but the lock.
    fn files(&self) -> Vec<String> {
        let files = OsFileSystem.list(&self.path("")).unwrap();
        files.into_iter().map(|entry| entry.name).filter(|name| name != "lock").collect()
    }

    /// Sends the pieces as the file of a form, of which at most `most` bytes are taken.
    fn upload(&self, pieces: Vec<io::Result<Bytes>>, most: u64) -> Result<Utf8PathBuf, Reason> {
        wait(async {
            // One by one, as over a connection: what is there at once is read at once.
            let (sender, coming) = tokio::sync::mpsc::channel(1);
            tokio::spawn(async move {
                for piece in pieces {
                    drop(sender.send(piece).await);
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                }
            });
            let mut form = form(Body::from_stream(ReceiverStream::new(coming))).await;
            let field = form.next_field().await.unwrap().unwrap();
            self.folder.receive_at_most(field, "../My books.zip", most).await
        })
    }
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(work)
}

async fn form(body: Body) -> Multipart {
    let request = Request::post("/").header(CONTENT_TYPE, "multipart/form-data; boundary=x").body(body).unwrap();
    Multipart::from_request(request, &()).await.unwrap()
}

fn head() -> io::Result<Bytes> {
    piece("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n")
}

fn piece(text: &str) -> io::Result<Bytes> {
    Ok(Bytes::copy_from_slice(text.as_bytes()))
}

#[test]
fn a_file_arrives_whole_and_can_be_found_and_discarded() {
    let world = World::new();
    let path = world.upload(vec![head(), piece("one "), piece("two"), piece("\r\n--x--\r\n")], 7).unwrap();
    assert_eq!(path.file_name(), Some("passing-1-_My books.zip"));
    assert_eq!(OsFileSystem.read(path.as_std_path(), 100).unwrap(), b"one two");
    assert_eq!(world.folder.received("passing-1-_My books.zip"), Some(path.clone()));
    world.folder.discard(&path);
    assert_eq!((world.files().len(), world.folder.received("passing-1-_My books.zip")), (0, None));
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_what_passes() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let path = world.upload(vec![head(), piece("a\r\n--x--\r\n")], 7).unwrap();
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(world.path("")), mode(path.into())), (0o700, 0o600));
}

#[test]
fn what_does_not_arrive_whole_leaves_nothing() {
    let world = World::new();
    let ends = || piece("\r\n--x--\r\n");
    let cut = || Err(io::ErrorKind::ConnectionReset.into());
    for (pieces, reason) in [
        (vec![head(), piece("12345678"), ends()], Reason::TooLarge),
        (vec![head(), piece("1234"), piece("5678"), piece("9"), ends()], Reason::TooLarge),
        (vec![head(), piece("1234"), cut()], Reason::Broken),
        (vec![head(), piece("1234")], Reason::Broken),
        (vec![head(), piece("1234\r\n--")], Reason::Broken),
    ] {
        assert_eq!(world.upload(pieces, 7), Err(reason));
        assert_eq!(world.files(), [""; 0]);
    }
}

/// A handler is dropped in the middle when the server ends.
#[test]
fn an_upload_that_is_dropped_in_the_middle_leaves_nothing() {
    let world = World::new();
    wait(async {
        let (pieces, coming) = tokio::sync::mpsc::channel(4);
        pieces.send(head()).await.unwrap();
        pieces.send(piece("1234")).await.unwrap();
        let mut form = form(Body::from_stream(ReceiverStream::new(coming))).await;
        let field = form.next_field().await.unwrap().unwrap();
        let receiving = world.folder.receive_at_most(field, "a.zip", 7);
        let short = std::time::Duration::from_millis(200);
        assert!(tokio::time::timeout(short, receiving).await.is_err());
    });
    // The end of the runtime has waited for the writer.
    assert_eq!(world.files(), [""; 0]);
}

#[test]
fn a_download_has_its_name_and_can_be_asked_for_again() {
    let world = World::new();
    let path = world.folder.outgoing("Моя мастерская.zip");
    let content = "0123456789".repeat(100_000);
    OsFileSystem.write_new(path.as_std_path(), content.as_bytes()).unwrap();
    wait(async {
        let answer = world.folder.send(&path, "Моя.zip").await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-length"), content.len().to_string());
        assert_eq!(header("content-type"), "application/octet-stream");
        assert_eq!(
            header("content-disposition"),
            "attachment; filename=\"___.zip\"; filename*=UTF-8''%D0%9C%D0%BE%D1%8F.zip"
        );
        assert_eq!(to_bytes(answer.into_body(), usize::MAX).await.unwrap(), content.as_bytes());
    });
    assert_eq!(world.files().len(), 1, "a second click saves it again");
}

#[test]
fn a_download_that_was_broken_off_can_be_repeated() {
    let world = World::new();
    let path = world.make("passing-9-a.zip", &"a".repeat(3_000_000));
    wait(async {
        let mut begun = world.folder.send(&path, "a.zip").await.unwrap().into_body().into_data_stream();
        assert!(!begun.next().await.unwrap().unwrap().is_empty());
    });
    assert_eq!(world.files(), ["passing-9-a.zip"]);
    let again = wait(async {
        let answer = world.folder.send(&path, "a.zip").await.unwrap();
        to_bytes(answer.into_body(), usize::MAX).await.unwrap().len()
    });
    assert_eq!(again, 3_000_000);
}

#[test]
fn only_what_passes_is_sent_found_or_removed() {
    let world = World::new();
    let foreign = world.make("theirs.zip", "a");
    let outside: Utf8PathBuf = world.place.path().join("books.db").try_into().unwrap();
    OsFileSystem.write_new(outside.as_std_path(), b"books").unwrap();
    let inside = Utf8PathBuf::from_path_buf(world.path("passing-1-x")).unwrap().join("../../books.db");
    for path in [&foreign, &outside, &inside, Utf8Path::new("passing-1-a"), Utf8Path::new("")] {
        assert!(wait(world.folder.send(path, "a")).is_err(), "{path}");
        world.folder.discard(path);
    }
    for name in ["theirs.zip", "..", "../books.db", "lock", "", "passing-1-a", "passing-1-x/../../books.db", "\u{0}"] {
        assert_eq!(world.folder.received(name), None, "{name:?}");
    }
    assert_eq!(world.files(), ["theirs.zip"]);
    assert_eq!(OsFileSystem.read(outside.as_std_path(), 9).unwrap(), b"books");
}

#[test]
fn the_next_server_sweeps_what_passed_and_nothing_else() {
    let world = World::new();
    for name in ["passing-1-a.zip", ".staged-7-to-passing-2-b.zip", "theirs.zip", ".staged-7-to-theirs.zip"] {
        world.make(name, "a");
    }
    let home = world.place.path();
    let second = PageFolder::open(home, Box::new(OsFileSystem)).err().unwrap().to_string();
    assert!(second.contains("is served already"), "{second}");
    assert_eq!(world.files().len(), 4, "whoever is refused sweeps nothing");
    let World { place, folder } = world;
    drop(folder);
    let folder = PageFolder::open(place.path(), Box::new(OsFileSystem)).unwrap();
    let world = World { place, folder };
    assert_eq!(world.files(), [".staged-7-to-theirs.zip", "theirs.zip"]);
}
