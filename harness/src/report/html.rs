//! The report as one page for people: no script, nothing from elsewhere, readable on paper.

use super::cells::{Cell, table};
use super::markup::Markup;
use super::rows::{File, Proof, Verdict, Violation};
use super::summary::Report;
use super::text::{besides, command, machine, not_judged, on_kernels, verdict};
use super::words::{many, size, thousands, time};

const STYLE: &str = include_str!("style.css");

const WHAT: &str = "A crash state is what a power cut may leave on a disk: everything that was synced, and of all other \
    changes any part, whole, torn or not at all. For each of them the machine was started again, the shipped engine \
    recovered by itself, and what it found was compared with every version of the data that was ever committed.";

/// The whole page.
pub fn html(report: &Report) -> String {
    let mut page = Markup::beginning("<!DOCTYPE html>\n");
    page.element("html", &[("lang", "en")], |page| {
        page.element("head", &[], |page| {
            page.element("meta", &[("charset", "utf-8")], |_| {});
            let viewport = [("name", "viewport"), ("content", "width=device-width, initial-scale=1")];
            page.element("meta", &viewport, |_| {});
            page.leaf("title", &[], "The power-failure proof");
            page.element("style", &[], |page| page.raw(STYLE));
        });
        page.element("body", &[], |page| body(page, report));
    });
    page.done()
}

fn body(page: &mut Markup, report: &Report) {
    page.leaf("h1", &[], "The power may fail at any instant");
    page.leaf("p", &[], WHAT);
    banner(page, report);
    figures(page, report);
    guarantees(page, report);
    violations(page, report);
    operations(page, &report.proof);
    mutants(page, &report.proof);
    platforms(page, &report.proof);
    rest(page, &report.proof);
    page.leaf("p", &[("class", "soft")], &format!("{}, {}.", time(report.proof.seconds), machine(&report.proof)));
}

fn banner(page: &mut Markup, report: &Report) {
    let class = if report.holds() { "verdict good" } else { "verdict bad" };
    page.element("div", &[("class", class)], |page| {
        page.leaf("p", &[], &verdict(report));
        if !report.holds() {
            page.element("ul", &[], |page| {
                report.objections.iter().for_each(|objection| page.leaf("li", &[], objection));
            });
        }
    });
}

fn figures(page: &mut Markup, report: &Report) {
    let [killed, waived, survived] = report.mutants();
    let recoveries = report.proof.operations.iter().map(|operation| operation.recoveries).sum();
    let figures = [
        (report.distinct(), "distinct crash states"),
        (recoveries, "recoveries run for them"),
        (report.broken(), "violations"),
        (killed, "bugs made on purpose and found"),
        (waived, "waived with a reason"),
        (survived, "not found"),
    ];
    page.element("ul", &[("class", "figures")], |page| {
        for (figure, words) in figures {
            page.element("li", &[], |page| {
                page.leaf("b", &[], &thousands(figure));
                page.text(words);
            });
        }
    });
}

fn guarantees(page: &mut Markup, report: &Report) {
    page.leaf("h2", &[], "The guarantees");
    let profiles = report.proof.profiles.len();
    let heads = ["", "guarantee", "operations", "states judged", "mutants", "profiles", "verdict", "proven elsewhere"];
    let rows = report.guarantees.iter().map(|row| {
        let verdict = match (row.violations, row.distinct) {
            (0, 0) => Cell::text("not judged by power cuts"),
            (count, _) => Cell::held(count),
        };
        let mut cells = vec![Cell::name(&row.id), Cell::text(&row.sentence)];
        cells.extend([row.operations, row.distinct, row.killed].map(Cell::figure));
        cells.extend([Cell::Figure(format!("{} of {profiles}", row.profiles)), verdict, Cell::text(&row.elsewhere)]);
        cells
    });
    table(page, &heads, &rows.collect::<Vec<_>>());
}

fn violations(page: &mut Markup, report: &Report) {
    let violations = report.violations();
    if violations.is_empty() {
        return;
    }
    page.leaf("h2", &[], "What was lost");
    for violation in violations {
        page.element("div", &[("class", "story")], |page| story(page, violation));
    }
}

fn story(page: &mut Markup, violation: &Violation) {
    page.leaf("h3", &[], &format!("{} · the power fails during {}", violation.guarantee, violation.operation));
    page.leaf("p", &[], &violation.story);
    if !violation.lost.is_empty() {
        page.leaf("h3", &[], "Changes that did not reach the disk");
        page.element("ul", &[], |page| {
            violation.lost.iter().for_each(|change| page.element("li", &[], |page| page.leaf("code", &[], change)));
        });
    }
    page.element("div", &[("class", "trees")], |page| {
        for (heading, files) in
            [("The disk after the power cut", &violation.before), ("After the recovery", &violation.after)]
        {
            if !files.is_empty() {
                page.element("div", &[], |page| tree(page, heading, files));
            }
        }
    });
    page.leaf("h3", &[], "To see it again");
    page.leaf("code", &[("class", "replay")], &command(&violation.replay));
}

fn tree(page: &mut Markup, heading: &str, files: &[File]) {
    page.leaf("h3", &[], heading);
    let rows = files.iter();
    let rows =
        rows.map(|file| vec![Cell::Code(file.path.clone()), Cell::Figure(size(file.bytes)), Cell::text(&file.holds)]);
    table(page, &["file", "size", "holds"], &rows.collect::<Vec<_>>());
}

fn operations(page: &mut Markup, proof: &Proof) {
    page.leaf("h2", &[], "The operations");
    page.leaf(
        "p",
        &[("class", "soft")],
        "Distinct states are different disks, told apart by every byte. Recovery reads only a part of each: where it would \
         read the same bytes as in a run before, it is not run again, and what it found then is judged by what is promised \
         now. Telling are those in which recovery reads something else than it would if nothing had been lost. Nested are \
         those that another power cut leaves during the recovery or after it. Skipped are subsets of lost changes that \
         were too many to try all, recoveries that were not run, and kinds of recoveries that were not cut.",
    );
    let heads =
        ["operation", "what happens", "points", "distinct", "telling", "nested", "recoveries", "skipped", "time"];
    let rows = proof.operations.iter().map(|one| {
        let mut cells = vec![Cell::name(&one.name), Cell::text(&one.story)];
        cells.extend([one.points, one.distinct, one.telling, one.nested, one.recoveries].map(Cell::figure));
        cells.extend([Cell::Figure(not_judged(one)), Cell::Figure(time(one.seconds))]);
        cells
    });
    table(page, &heads, &rows.collect::<Vec<_>>());
}

fn mutants(page: &mut Markup, proof: &Proof) {
    if proof.mutants.is_empty() && proof.automatic.is_empty() {
        return;
    }
    page.leaf("h2", &[], "The bugs made on purpose");
    page.leaf(
        "p",
        &[],
        "A proof that cannot fail proves nothing. So the engine was broken on purpose, one bug at a time, and the proof had \
         to find each; bugs that change nothing are waived in writing.",
    );
    let rows = proof.mutants.iter().map(|mutant| {
        let (verdict, how) = match &mutant.verdict {
            Verdict::Killed(killed) => {
                let (guarantee, operation) = (&killed.guarantee, &killed.operation);
                let after = format!("{} ms", killed.milliseconds.ceil());
                (Cell::Good("killed"), format!("{guarantee} in {operation}, {after}: {}", killed.story))
            }
            Verdict::Waived(reason) => (Cell::text("waived"), reason.clone()),
            Verdict::Survived(states) => (Cell::Bad("survived".to_owned()), many(*states, "state", "states")),
            Verdict::Lifeless(reason) => (Cell::Bad("cannot live".to_owned()), reason.clone()),
        };
        vec![Cell::name(&mutant.name), Cell::text(&mutant.story), verdict, Cell::text(how)]
    });
    table(page, &["mutant", "the bug", "verdict", "how"], &rows.collect::<Vec<_>>());
    automatic(page, proof);
    if proof.ablation.is_empty() {
        return;
    }
    page.leaf("h3", &[], "What weaker models of a power cut find of the bugs made by hand");
    let rows = proof.ablation.iter().map(|one| {
        let found = format!("{} of {}", one.killed, one.of);
        vec![Cell::name(&one.model), Cell::text(&one.story), Cell::Figure(found)]
    });
    table(page, &["model", "what may be lost", "found"], &rows.collect::<Vec<_>>());
}

fn automatic(page: &mut Markup, proof: &Proof) {
    if proof.automatic.is_empty() {
        return;
    }
    page.leaf("h3", &[], "Made by a machine");
    page.leaf(
        "p",
        &[("class", "soft")],
        "Of what each operation does on the disk, every sync was dropped, every two changes that depend on each other were \
         swapped, and every promise was given too early. Those without a difference leave no disk that the product does not \
         leave.",
    );
    let rows = proof.automatic.iter().map(|one| {
        let [waived, survived] = one.survivors();
        let figures = [one.killed, one.without_difference, waived].map(Cell::figure);
        let survived = match survived {
            0 => Cell::Good("none"),
            count => Cell::Bad(thousands(count)),
        };
        [Cell::name(&one.operation)].into_iter().chain(figures).chain([survived]).collect()
    });
    let heads = ["operation", "killed", "without a difference", "waived", "survived"];
    table(page, &heads, &rows.collect::<Vec<Vec<_>>>());
    let survivors = proof.automatic.iter().flat_map(|one| &one.survivors);
    let rows = survivors.map(|one| {
        let why = one.waiver.as_ref().map_or_else(|| Cell::Bad("nobody knows".to_owned()), Cell::text);
        vec![Cell::text(&one.kind), Cell::figure(one.count), why]
    });
    table(page, &["what nobody noticed", "mutants", "why that is right"], &rows.collect::<Vec<_>>());
}

fn platforms(page: &mut Markup, proof: &Proof) {
    if !proof.profiles.is_empty() {
        page.leaf("h2", &[], "Platforms");
    }
    let rows = proof.profiles.iter().map(|one| {
        let count = one.broken.values().sum::<u64>().max(one.violations.len() as u64);
        let verdict = match &one.waiver {
            Some(waiver) if count > 0 => Cell::text(format!("waived: {waiver}")),
            _ => Cell::held(count),
        };
        let figures = [one.operations, one.distinct].map(Cell::figure);
        [Cell::name(&one.name), Cell::text(&one.story)].into_iter().chain(figures).chain([verdict]).collect()
    });
    table(page, &["profile", "what it does", "operations", "states", "verdict"], &rows.collect::<Vec<Vec<_>>>());
    let Some(kernels) = &proof.kernels else { return };
    page.leaf("h2", &[], "Real kernels");
    page.leaf("p", &[], &format!("{}.", on_kernels(kernels)));
    let rows = kernels.rows.iter().map(|row| {
        let verdict = Cell::held(row.violation_count.max(row.violations.len() as u64));
        vec![Cell::name(&row.file_system), Cell::text(&row.operation), Cell::figure(row.states), verdict]
    });
    table(page, &["file system", "operation", "states", "verdict"], &rows.collect::<Vec<_>>());
    for violation in kernels.rows.iter().flat_map(|row| &row.violations) {
        page.element("div", &[("class", "story")], |page| {
            page.leaf("p", &[], &violation.found);
            page.leaf("code", &[("class", "replay")], &violation.recipe);
        });
    }
}

fn rest(page: &mut Markup, proof: &Proof) {
    page.leaf("h2", &[], "What else was tried, and what was not");
    page.element("ul", &[], |page| besides(proof).iter().for_each(|line| page.leaf("li", &[], line)));
}

#[cfg(test)]
mod tests {
    use super::super::example::{bad, good};
    use super::html;

    /// The page as a person hears it read, without its style.
    fn check(page: &str, said: &[&str], unsaid: &[&str]) {
        let document = roxmltree::Document::parse_with_options(
            page,
            roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() },
        );
        let document = document.unwrap();
        let body = document.descendants().find(|node| node.has_tag_name("body")).unwrap();
        let words: Vec<&str> = body.descendants().filter_map(|node| node.text().filter(|_| node.is_text())).collect();
        let words = words.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
        for text in said {
            assert!(words.contains(text), "{text} is not in {words}");
        }
        for text in unsaid {
            assert!(!words.contains(text), "{text} is in {words}");
        }
        for element in document.descendants() {
            let outward = ["src", "href"].iter().find(|name| element.has_attribute(**name));
            assert!(outward.is_none() && !element.has_tag_name("script"), "{element:?} needs something from elsewhere");
        }
        assert!(!page.contains("url(") && !page.contains("@import"), "the style needs something from elsewhere");
    }

    #[test]
    fn a_proof_that_holds_says_so() {
        check(
            &html(&good()),
            &["The proof holds: 1,204,000 distinct crash states", "held", "the first start: <one copy> in four tiers"],
            &["What was lost", "survived 70,000", "violation "],
        );
    }

    #[test]
    fn a_violation_is_a_story_with_its_files() {
        check(
            &html(&bad()),
            &[
                "The proof does not hold",
                "restore-wal: 1 violation",
                "G4 · the power fails during RestoreRequested",
                "entry 3 of \"shop\" & pages of <nothing>",
                "The disk after the power cut file size holds /home/shop.db 20 KB the first rows of shop",
                "cargo xtask guarantees --replay 'restore-wal@141:137,138h,140g'",
                "torn-catalog The catalog is written in place. survived 70,000 states",
            ],
            &[],
        );
    }
}
