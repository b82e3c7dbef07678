//! Exports: what, where to, and under which name; the file is written by a job, and then lies there or is saved by the
//! browser.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use camino::{Utf8Path, Utf8PathBuf};
use maud::{Markup, html};
use omnicraft_core::event::Export;
use omnicraft_core::model::Workspace;
use omnicraft_core::state::Ending;
use omnicraft_host::handle::Phase;
use serde::Deserialize;

use super::{jobs, layout};
use crate::ctx::Ctx;
use crate::files::folders;
use crate::guard::Posted;
use crate::problem::Problem;
use crate::tasks::{self, Answer, Label};

/// What was chosen.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Chosen {
    kind: String,
    #[serde(default)]
    with_csv: bool,
    place: String,
    #[serde(default)]
    folder: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    replace: bool,
}

const KINDS: [(&str, &str); 3] = [("database", "db"), ("csv", "zip"), ("all", "zip")];

pub(crate) async fn show(ctx: Ctx, Path(id): Path<String>) -> Result<Markup, Problem> {
    page(&ctx, ctx.workspace(&id)?, None)
}

/// The form, perhaps with what was chosen and why it cannot be done.
fn page(ctx: &Ctx, workspace: &Workspace, wrong: Option<(&Chosen, String)>) -> Result<Markup, Problem> {
    let lang = ctx.lang;
    let title = lang.say("export-title");
    let chosen = wrong.as_ref().map(|(chosen, _)| *chosen);
    let kind = chosen.map_or("database", |chosen| chosen.kind.as_str());
    let in_folder = chosen.is_some_and(|chosen| chosen.place == "folder");
    let folder = chosen.map_or("", |chosen| chosen.folder.as_str());
    let name = chosen.map_or("", |chosen| chosen.name.as_str());
    let content = html! {
        h1 { (title) }
        p { (lang.say("export-why")) }
        form method="post" class="choices" {
            (layout::csrf(ctx))
            @if let Some((_, why)) = &wrong { p class="error" role="alert" id="wrong" { (why) } }
            fieldset {
                legend { (lang.say("export-kind")) }
                @for (known, _) in KINDS {
                    label class="choice" {
                        input type="radio" name="kind" value=(known) checked[known == kind];
                        span { strong { (lang.say(&format!("export-{known}"))) } " " (lang.say(&format!("export-{known}-for"))) }
                    }
                }
                label class="choice" {
                    input type="checkbox" name="with_csv" value="true" checked[chosen.is_some_and(|chosen| chosen.with_csv)];
                    span { (lang.say("export-with-csv")) }
                }
            }
            fieldset {
                legend { (lang.say("export-place")) }
                label class="choice" {
                    input type="radio" name="place" value="download" checked[!in_folder];
                    span { (lang.say("export-download")) }
                }
                label class="choice" {
                    input type="radio" name="place" value="folder" checked[in_folder];
                    span { (lang.say("export-folder")) }
                }
                label for="folder" { (lang.say("export-folder-path")) }
                input id="folder" name="folder" type="text" value=(folder) list="folders" autocomplete="off" spellcheck="false"
                    aria-describedby=[wrong.is_some().then_some("wrong")];
                datalist id="folders" { @for folder in folders::suggest() { option value=(folder.display()) {} } }
                label for="file" { (lang.say("export-name")) }
                input id="file" name="name" type="text" value=(name) placeholder=(suggested(ctx, workspace)) autocomplete="off"
                    spellcheck="false";
                label class="choice" {
                    input type="checkbox" name="replace" value="true" checked[chosen.is_some_and(|chosen| chosen.replace)];
                    span { (lang.say("export-replace")) }
                }
            }
            button type="submit" class="primary" { (lang.say("export-button")) }
        }
    };
    Ok(layout::page(ctx, &title, Some(&workspace.id.0), &content))
}

/// `My Workshop 2026-11-28`.
fn suggested(ctx: &Ctx, workspace: &Workspace) -> String {
    format!("{} {}", file_name(&workspace.name), ctx.now.date())
}

pub(crate) async fn begin(
    ctx: Ctx,
    Path(id): Path<String>,
    Posted(chosen): Posted<Chosen>,
) -> Result<Response, Problem> {
    let workspace = ctx.workspace(&id)?;
    let Some((_, ending)) = KINDS.into_iter().find(|(kind, _)| *kind == chosen.kind) else {
        return Err(Problem::NoSuchPage);
    };
    let export = match chosen.kind.as_str() {
        "database" => Export::Database(workspace.id.clone()),
        "csv" => Export::Csv(workspace.id.clone()),
        _ => Export::All { with_csv: chosen.with_csv },
    };
    let name = named(&ctx, workspace, &chosen, ending);
    let (to, download) = match target(&ctx, &chosen, &name) {
        Ok(target) => target,
        Err(why) => {
            let why = ctx.lang.say(why);
            let page = page(&ctx, workspace, Some((&chosen, why)))?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let job = tasks::export::write(&ctx.site, export, to, chosen.replace, download);
    Ok(jobs::follow(job, &format!("/w/{id}")).into_response())
}

/// What the file shall be called, with the ending of its kind.
fn named(ctx: &Ctx, workspace: &Workspace, chosen: &Chosen, ending: &str) -> String {
    let typed = file_name(&chosen.name);
    let stem = match typed.strip_suffix(&format!(".{ending}")) {
        Some(stem) => stem,
        None => typed.as_str(),
    };
    let everything = ctx.lang.say("export-all-name");
    let stem = match (stem, chosen.kind.as_str()) {
        ("", "all") => format!("{everything} {}", ctx.now.date()),
        ("", _) => suggested(ctx, workspace),
        _ => stem.to_owned(),
    };
    format!("{stem}.{ending}")
}

/// Where the file is written, and what the browser shall call it; or the text that says why nowhere.
fn target(ctx: &Ctx, chosen: &Chosen, name: &str) -> Result<(Utf8PathBuf, Option<String>), &'static str> {
    if chosen.place != "folder" {
        return Ok((ctx.site.folder.outgoing(name), Some(name.to_owned())));
    }
    let folder = folders::check(&chosen.folder, ctx.site.desk.home()).map_err(folders::Reason::text)?;
    let folder = Utf8Path::from_path(&folder).ok_or("folder-not-unicode")?;
    Ok((folder.join(name), None))
}

/// A name without anything that leads out of a folder or that a file system refuses.
fn file_name(name: &str) -> String {
    let refused = |letter: char| letter.is_control() || r#"/\:*?"<>|"#.contains(letter);
    let name: String = name.trim().chars().filter(|letter| !refused(*letter)).take(100).collect();
    name.trim_matches([' ', '.']).to_owned()
}

/// The file of an export for the browser.
pub(crate) async fn file(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let job = jobs::find(&ctx, &id)?;
    let (Label::Export { to, download: Some(name), .. }, Phase::Ended(answer)) = (&job.label, &job.phase) else {
        return Err(Problem::NoSuchPage);
    };
    let Answer::Concluded(conclusion) = &**answer else { return Err(Problem::NoSuchPage) };
    if conclusion.ending == Ending::NotApplied {
        return Err(Problem::NoSuchPage);
    }
    ctx.site.folder.send(to, name).await
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_name_stays_in_its_folder() {
        assert_eq!(file_name(" My Workshop "), "My Workshop");
        assert_eq!(file_name("../../etc/passwd"), "etcpasswd");
        assert_eq!(file_name("C:\\books\u{0}.db"), "Cbooks.db");
        assert_eq!(file_name("..."), "");
    }
}
