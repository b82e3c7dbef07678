//! `demo`: the main job, on real files, in a folder of its own. A sample business lives some weeks, loses its database
//! overnight, and gets it back. Each step shows the command that does the same.

mod damage;
mod days;

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::{ToSpan, Zoned};
use omnicraft_core::card;
use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::model::{Snapshot, Workspace};
use omnicraft_fixtures::Size;
use omnicraft_host::engine::Engine;
use serde_json::{Value, json};

use super::{init, open, preview};
use crate::cards;
use crate::live;
use crate::newcomer;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source::Target;
use crate::tell;
use crate::words;
use days::Days;

/// Calendar days that the business lives before its disk fails: three weeks and a bit.
const LIVES: i64 = 24;

pub(crate) fn run(session: &Session) -> Result<Reply, Problem> {
    let home = fresh_home(session)?;
    let days = Days::before(&session.now(), LIVES)?;
    let demo = Demo { session, home: &home };
    demo.say(
        "A workshop keeps its books in a database. This is three weeks of it, on real files, with the clock moved.",
    );
    let database = demo.make(days.first())?;
    demo.live(&days, &database)?;
    let lost = demo.lose(&database)?;
    let next = days.morning_after()?;
    let restored = demo.morning(&next)?;
    demo.look(&next, &database, &lost, restored)
}

struct Demo<'a> {
    session: &'a Session,
    home: &'a Path,
}

impl Demo<'_> {
    fn say(&self, line: &str) {
        self.session.say(line);
    }

    fn step(&self, title: &str, command: &str) {
        self.say(&format!("\n# {title}"));
        self.say(&format!("$ omnicraft {command}"));
    }

    fn at(&self, moment: &Zoned) -> Session {
        self.session.moved(self.home, moment.clone())
    }

    /// A home with a business and the owner's personal finance, whose history ends the day before the story begins.
    fn make(&self, first: &Zoned) -> Result<PathBuf, Problem> {
        self.step("A home with a sample business", &format!("--home {} init --sample small", self.home.display()));
        let session = self.at(first);
        let mut engine = session.create()?;
        let until = init::yesterday(&session)?;
        let business = |path: &Path| fixture(omnicraft_fixtures::fill(path, Size::Small, init::SEED, until));
        let (workspace, _) = newcomer::create(&session, &mut engine, omnicraft_erp::BUSINESS, init::NAME, business)?;
        let private = |path: &Path| fixture(omnicraft_fixtures::fill_personal_finance(path, init::SEED, until));
        newcomer::create(&session, &mut engine, omnicraft_erp::PERSONAL_FINANCE, "Personal Finance", private)?;
        let database = engine.path_of(&workspace.database);
        self.say(&format!("{}: {}", workspace.name, self.counts(&engine, &workspace)?));
        Ok(database)
    }

    /// Each working day: open, work, close.
    fn live(&self, days: &Days, database: &Path) -> Result<(), Problem> {
        self.step("Each working day", "open … omnicraft close");
        let shown = days.shown();
        for (number, day) in days.all().iter().enumerate() {
            let tell = shown.contains(&number);
            self.day(day, database, u64::try_from(number).unwrap_or_default(), tell)?;
            if tell && !shown.contains(&(number + 1)) && number + 1 < days.all().len() {
                self.say("…");
            }
        }
        Ok(())
    }

    fn day(&self, day: &Zoned, database: &Path, number: u64, tell: bool) -> Result<(), Problem> {
        let say = |line: &str| {
            if tell {
                self.say(line);
            }
        };
        say(&day.strftime("%A, %-d %B").to_string());
        self.moment(day, EventKind::AppStarted, "open ", "nothing due", &say)?;
        let report = omnicraft_fixtures::work_day(database, day.date(), init::SEED + number);
        say(&format!("  work   {}", report.map_err(|error| broken(&error))?));
        let evening = day.saturating_add(9.hours().minutes(35));
        self.moment(&evening, EventKind::AppClosing, "close", super::close::UNCHANGED, &say)
    }

    fn moment(
        &self,
        moment: &Zoned,
        kind: fn(omnicraft_core::model::WorkspaceId) -> EventKind,
        word: &str,
        idle: &str,
        say: &impl Fn(&str),
    ) -> Result<(), Problem> {
        let session = self.at(moment);
        let mut engine = session.engine()?;
        for part in open::every_workspace(&session, &mut engine, kind, idle) {
            if part.text.is_empty() {
                return Err(Problem::failed("a backup of the demo failed", "The lines above say why"));
            }
            say(&format!("  {word}  {}", part.text));
        }
        Ok(())
    }

    /// The disk fails in the night. What was in the database is counted first, so that nothing can be glossed over.
    fn lose(&self, database: &Path) -> Result<Vec<(String, u64)>, Problem> {
        self.say("\n# In the night the disk begins to die");
        let rows = live::rows(database)?;
        let pages = damage::strike(database)?;
        let file = database.file_name().unwrap_or_default().to_string_lossy();
        self.say(&format!("{file}: the header and {pages} pages in the middle are overwritten with noise."));
        Ok(rows)
    }

    /// The next morning: `open` notices, the cards are shown, the best one is restored.
    fn morning(&self, morning: &Zoned) -> Result<Restored, Problem> {
        self.step("The next morning", "open");
        let session = self.at(morning);
        let mut engine = session.engine()?;
        for part in open::every_workspace(&session, &mut engine, EventKind::AppStarted, "nothing due") {
            if !part.text.is_empty() {
                self.say(&part.text);
            }
        }
        tell::offer(&session, &engine);
        self.step("The cards", "list");
        for workspace in &engine.state().workspaces {
            self.say(&cards::of_workspace(engine.state(), workspace, &engine.now()));
        }
        let (target, best) = best(&engine)?;
        self.step("What would going back change?", &format!("preview {}", best.id));
        let looked = preview::look(&session, &mut engine, &target)?;
        for sentence in &looked.sentences {
            self.say(&format!("{sentence}."));
        }
        self.step("Go back", &format!("restore {}", best.id));
        let ended = engine.handle(EventKind::RestoreRequested(target.workspace.clone(), target.source.clone()))?;
        let ended = tell::applied(ended, &session, init::NAME)?;
        self.say(&format!("“{}” is restored from {}.", init::NAME, card::card(&best, &engine.now())));
        Ok(Restored { from: best, exit: tell::exit(&ended) })
    }

    /// What came back, against what was lost.
    fn look(
        &self,
        morning: &Zoned,
        database: &Path,
        lost: &[(String, u64)],
        restored: Restored,
    ) -> Result<Reply, Problem> {
        self.say("\n# What came back");
        let session = self.at(morning);
        let engine = session.engine()?;
        let workspace = engine.state().workspaces.first().ok_or_else(crate::source::nothing_here)?;
        self.say(&format!("{}: {}", workspace.name, self.counts(&engine, workspace)?));
        let rows = live::rows(database)?;
        let missing: u64 = difference(lost, &rows);
        self.say(&match missing {
            0 => "Every row that was there before the disk failed is there again.".to_owned(),
            _ => format!("{missing} rows written after that backup are lost."),
        });
        let trouble = omnicraft_fixtures::check_books(database).err().unwrap_or_default();
        match trouble.as_slice() {
            [] => self.say("The books balance."),
            lines => lines.iter().for_each(|line| self.say(&format!("The books do not balance: {line}"))),
        }
        if let Some(aside) = engine.state().snapshots_of(&workspace.id).find(|snapshot| !snapshot.is_backup()) {
            self.say(&format!("The damaged file is kept as {}, in case somebody wants to look into it.", aside.slot));
        }
        let can_undo = engine.state().can_undo(&workspace.id);
        if can_undo {
            self.say("Changed your mind? `omnicraft undo` goes back to the state before the restore.");
        }
        let home = self.home.display();
        self.say(&format!("\nLook around: omnicraft --home {home} status   (or list, preview, restore)"));
        if !trouble.is_empty() || missing > 0 {
            return Err(Problem::failed("not everything came back", "The lines above say what is missing"));
        }
        let json = self.json(&engine, &restored.from, can_undo);
        Ok(Reply { text: String::new(), json, exit: restored.exit })
    }

    fn json(&self, engine: &Engine, from: &Snapshot, can_undo: bool) -> Value {
        json!({
            "home": self.home.to_string_lossy(),
            "restored_from": cards::json(engine, from),
            "snapshots": engine.state().snapshots.len(),
            "rows_missing": 0,
            "books_balance": true,
            "can_undo": can_undo,
        })
    }

    fn counts(&self, engine: &Engine, workspace: &Workspace) -> Result<String, Problem> {
        let rows = live::rows(&engine.path_of(&workspace.database))?;
        let profile = super::migrate::profile(engine, workspace);
        Ok(words::rows(rows.iter().map(|(table, rows)| (table.as_str(), *rows)), profile))
    }
}

struct Restored {
    from: Snapshot,
    exit: crate::output::Exit,
}

/// The newest good backup of the first workspace.
fn best(engine: &Engine) -> Result<(Target, Snapshot), Problem> {
    let workspace = engine.state().workspaces.first().ok_or_else(crate::source::nothing_here)?;
    let best = tell::newest_good(engine, workspace);
    let best = best.ok_or_else(|| Problem::failed("the demo has no good backup", "This is a defect of the program"))?;
    let target = Target { workspace: workspace.id.clone(), source: Source::Snapshot(best.id) };
    Ok((target, best.clone()))
}

/// Rows that are in one count and not in the other, in either direction.
fn difference(before: &[(String, u64)], after: &[(String, u64)]) -> u64 {
    let of = |rows: &[(String, u64)], table: &str| rows.iter().find(|(name, _)| name == table).map_or(0, |(_, n)| *n);
    before.iter().map(|(table, rows)| rows.abs_diff(of(after, table))).sum()
}

fn fixture<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<(), Problem> {
    result.map(drop).map_err(|error| broken(&error))
}

fn broken(error: &dyn std::fmt::Display) -> Problem {
    Problem::failed(format!("the sample business cannot be written: {error}"), "Check the disk and try again")
}

/// The folder that was named, which must be free, or a new one in the system's folder for temporary files.
#[expect(clippy::disallowed_methods, reason = "a demo is for looking at; nothing is staged there")]
fn fresh_home(session: &Session) -> Result<PathBuf, Problem> {
    if session.named_home().is_some() {
        return session.home();
    }
    Ok(std::env::temp_dir().join(format!("omnicraft-demo-{}", crate::identity::identity())))
}

/// A morning at half past eight.
fn morning(date: Date, like: &Zoned) -> Result<Zoned, Problem> {
    let zoned = date.at(8, 30, 0, 0).to_zoned(like.time_zone().clone());
    zoned.map_err(|error| Problem::usage(format!("--at is out of range: {error}"), "Choose a later day"))
}
