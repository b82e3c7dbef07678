//! Forms that the page itself made: what a handler gets has shown the session's own mark.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::watch::LARGEST_FORM;
use crate::problem::Problem;
use crate::site::Site;

/// The hidden field of every form; `layout::csrf` makes it.
const MARK: &str = "csrf";
/// A form is sent in one piece.
const PATIENCE: Duration = Duration::from_secs(30);

/// A form of ours, read as `T`. Let `T` leave fields alone that it does not know: the mark is one of them.
pub(crate) struct Posted<T>(pub(crate) T);

#[derive(Deserialize)]
struct Marked {
    csrf: String,
}

impl<T: DeserializeOwned> FromRequest<Arc<Site>> for Posted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Problem> {
        if !is_of_kind(&request, "application/x-www-form-urlencoded") {
            return Err(Problem::Refused("problem-form"));
        }
        let form = read(request).await?;
        // Said twice is as bad as not at all.
        let marked: Marked = serde_urlencoded::from_bytes(&form).map_err(|_| Problem::Forbidden)?;
        if !site.gate.is_csrf(&marked.csrf) {
            return Err(Problem::Forbidden);
        }
        serde_urlencoded::from_bytes(&form).map(Self).map_err(|_| Problem::Refused("problem-form"))
    }
}

async fn read(request: Request) -> Result<Bytes, Problem> {
    let body = timeout(PATIENCE, to_bytes(request.into_body(), LARGEST_FORM)).await;
    body.map_err(|_| Problem::TooSlow)?.map_err(|_| Problem::TooLarge)
}

/// A form of ours with files, of which no byte is read before the mark was seen: it must be the first field. Nothing
/// is limited here; whoever stores a file knows how much of it he takes.
pub(crate) struct PostedFiles(pub(crate) Multipart);

impl FromRequest<Arc<Site>> for PostedFiles {
    type Rejection = Problem;

    async fn from_request(mut request: Request, site: &Arc<Site>) -> Result<Self, Problem> {
        DefaultBodyLimit::disable().apply(&mut request);
        let form = Multipart::from_request(request, site).await;
        let mut form = form.map_err(|_| Problem::Refused("problem-form"))?;
        let mark = timeout(PATIENCE, mark(&mut form)).await.map_err(|_| Problem::TooSlow)?;
        match mark {
            Some(mark) if site.gate.is_csrf(&mark) => Ok(Self(form)),
            _ => Err(Problem::Forbidden),
        }
    }
}

/// What the first field says, if it is the mark.
async fn mark(form: &mut Multipart) -> Option<String> {
    let mut field = form.next_field().await.ok()??;
    if field.name() != Some(MARK) {
        return None;
    }
    let mut mark = Vec::new();
    while let Some(piece) = field.chunk().await.ok()? {
        mark.extend_from_slice(&piece);
        if mark.len() > LARGEST_FORM {
            return None;
        }
    }
    String::from_utf8(mark).ok()
}

fn is_of_kind(request: &Request, kind: &str) -> bool {
    let given = request.headers().get(CONTENT_TYPE).and_then(|given| given.to_str().ok()).unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(kind)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use omnicraft_host::engine::Engine;
    use omnicraft_host::ports::Ports;
    use omnicraft_host::ports::app::NoApp;
    use omnicraft_host::progress::Unobserved;
    use tempfile::TempDir;
    use tokio::runtime::Builder;

    use super::*;
    use crate::site::Config;

    #[derive(Deserialize)]
    struct Name {
        name: String,
    }

    const FORM: &str = "application/x-www-form-urlencoded";
    const FILES: &str = "multipart/form-data; boundary=x";

    /// Posts a body in which `MARK` stands for the session's, and compares what the handler would get.
    #[track_caller]
    fn check(kind: &str, body: &str, expected: &str) {
        let home = TempDir::new().unwrap();
        let home = home.path().join("home");
        let ports = || Ports::of_this_machine(Box::new(NoApp));
        drop(Engine::create(&home, ports(), Box::new(Unobserved)).unwrap());
        let site = Site::open(Config { home, ports: Box::new(ports), start_app: None }, 1).unwrap();
        let body = body.replace("MARK", site.gate.csrf());
        let request = Request::post("/").header(CONTENT_TYPE, kind).body(Body::from(body.clone())).unwrap();
        let told = |problem: Problem| format!("{problem:?}");
        let handled = async {
            if kind == FORM {
                return Posted::<Name>::from_request(request, &site).await.map_or_else(told, |form| form.0.name);
            }
            let mut files = match PostedFiles::from_request(request, &site).await {
                Ok(PostedFiles(files)) => files,
                Err(problem) => return told(problem),
            };
            let field = files.next_field().await.unwrap().unwrap();
            format!("{} {}", field.name().unwrap().to_owned(), field.text().await.unwrap())
        };
        assert_eq!(Builder::new_current_thread().enable_all().build().unwrap().block_on(handled), expected, "{body:?}");
    }

    fn field(name: &str, value: &str) -> String {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    }

    #[test]
    fn a_form_with_the_mark_is_read() {
        check(FORM, "csrf=MARK&name=a+b%21", "a b!");
        check(FORM, "name=c&csrf=MARK&other=1", "c");
    }

    #[test]
    fn a_form_without_the_mark_is_not() {
        for body in ["name=a", "name=a&csrf=", "name=a&csrf=MAR", "name=a&csrf=MARK0", "csrf=MARK&csrf=MARK&name=a", ""]
        {
            check(FORM, body, "Forbidden");
        }
    }

    #[test]
    fn what_is_no_form_is_refused() {
        check(FORM, "csrf=MARK", "Refused(\"problem-form\")");
        check("text/plain", "csrf=MARK&name=a", "Refused(\"problem-form\")");
        check("application/json", "{\"csrf\":\"MARK\",\"name\":\"a\"}", "Refused(\"problem-form\")");
        check(FORM, &format!("csrf=MARK&name={}", "a".repeat(LARGEST_FORM)), "TooLarge");
    }

    #[test]
    fn a_file_is_taken_behind_the_mark_alone() {
        let file = field("file", "content");
        check(FILES, &format!("{}{file}--x--\r\n", field("csrf", "MARK")), "file content");
        check(FILES, &format!("{}{file}--x--\r\n", field("csrf", "guessed")), "Forbidden");
        check(FILES, &format!("{file}{}--x--\r\n", field("csrf", "MARK")), "Forbidden");
        check(FILES, &format!("{}{file}--x--\r\n", field("csrf", &"a".repeat(LARGEST_FORM + 1))), "Forbidden");
        check(FILES, "--x--\r\n", "Forbidden");
        check(FILES, "not multipart", "Forbidden");
        check("multipart/form-data", "no boundary", "Refused(\"problem-form\")");
    }
}
