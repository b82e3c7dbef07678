//! The report as JUnit XML, which CI systems show: a suite for each operation with a case for each guarantee, a case for
//! each mutant, and suites for what else was tried. A failure's text is its story.

use super::markup::Markup;
use super::rows::{Mutant, Operation, Proof, Verdict, Violation};
use super::summary::Report;
use super::text::story;
use super::words::{many, thousands};

/// The whole document.
pub fn junit(report: &Report) -> String {
    let proof = &report.proof;
    let mut suites: Vec<Suite> = proof.operations.iter().map(|operation| power_cuts(report, operation)).collect();
    suites.extend([faults(proof), profiles(proof), mutants(proof), rest(proof), verdict(report)]);
    suites.retain(|suite| !suite.cases.is_empty());
    let count = |of: fn(&Ended) -> bool| suites.iter().map(|suite| suite.count(of)).sum::<usize>().to_string();
    let (tests, failures, skipped) = (count(|_| true), count(Ended::is_failure), count(Ended::is_skipped));
    let seconds = format!("{:.3}", proof.seconds);
    let mut xml = Markup::beginning("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let attributes =
        [("name", "guarantees"), ("tests", &tests), ("failures", &failures), ("skipped", &skipped), ("time", &seconds)];
    xml.element("testsuites", &attributes, |xml| suites.iter().for_each(|suite| suite.write(xml)));
    xml.done()
}

struct Suite {
    name: String,
    seconds: f64,
    cases: Vec<(String, Ended)>,
}

enum Ended {
    Well,
    Skipped(String),
    /// A short message, and the whole story.
    Badly(String, String),
}

impl Ended {
    const fn is_failure(&self) -> bool {
        matches!(self, Self::Badly(..))
    }

    const fn is_skipped(&self) -> bool {
        matches!(self, Self::Skipped(_))
    }

    /// By the violations that were counted, and those that are told.
    fn of<'a>(count: u64, told: impl Iterator<Item = &'a Violation> + Clone) -> Self {
        let count = count.max(told.clone().count() as u64);
        if count == 0 {
            return Self::Well;
        }
        let stories: Vec<String> = told.clone().map(story).collect();
        let first = told.into_iter().next().map(|violation| format!(": {}", violation.story)).unwrap_or_default();
        Self::Badly(format!("{}{first}", many(count, "violation", "violations")), stories.join("\n"))
    }
}

impl Suite {
    fn named(name: &str, cases: impl IntoIterator<Item = (String, Ended)>) -> Self {
        Self { name: name.to_owned(), seconds: 0.0, cases: cases.into_iter().collect() }
    }

    fn count(&self, of: fn(&Ended) -> bool) -> usize {
        self.cases.iter().filter(|(_, ended)| of(ended)).count()
    }

    fn write(&self, xml: &mut Markup) {
        let [tests, failures, skipped] =
            [self.count(|_| true), self.count(Ended::is_failure), self.count(Ended::is_skipped)]
                .map(|count| count.to_string());
        let seconds = format!("{:.3}", self.seconds);
        let attributes = [
            ("name", self.name.as_str()),
            ("tests", &tests),
            ("failures", &failures),
            ("skipped", &skipped),
            ("time", &seconds),
        ];
        xml.element("testsuite", &attributes, |xml| {
            for (name, ended) in &self.cases {
                xml.element("testcase", &[("classname", &self.name), ("name", name)], |xml| match ended {
                    Ended::Well => {}
                    Ended::Skipped(why) => xml.leaf("skipped", &[("message", why)], ""),
                    Ended::Badly(message, story) => xml.leaf("failure", &[("message", message)], story),
                });
            }
        });
    }
}

fn power_cuts(report: &Report, operation: &Operation) -> Suite {
    let mut cases: Vec<(String, Ended)> = Vec::new();
    for row in &report.guarantees {
        let told = operation.violations.iter().filter(|violation| violation.guarantee == row.id);
        let ended = Ended::of(operation.broken.get(&row.id).copied().unwrap_or_default(), told);
        let states = operation.judged.get(&row.id).copied().unwrap_or_default();
        let ended = if states == 0 && !ended.is_failure() {
            Ended::Skipped("no crash state of this operation can break it".to_owned())
        } else {
            ended
        };
        cases.push((format!("{} {}", row.id, row.sentence), ended));
    }
    // What is broken under a name that no guarantee has is not lost.
    let known = |id: &str| report.guarantees.iter().any(|row| row.id == id);
    for (id, count) in &operation.broken {
        if !known(id) && *count > 0 {
            let told = operation.violations.iter().filter(|violation| violation.guarantee == *id);
            cases.push((id.clone(), Ended::of(*count, told)));
        }
    }
    let untold = operation
        .violations
        .iter()
        .filter(|one| !known(&one.guarantee) && !operation.broken.contains_key(&one.guarantee));
    cases.extend(untold.map(|one| (one.guarantee.clone(), Ended::of(1, std::iter::once(one)))));
    Suite { seconds: operation.seconds, ..Suite::named(&format!("power cuts.{}", operation.name), cases) }
}

fn faults(proof: &Proof) -> Suite {
    let cases = proof.faults.iter().map(|one| {
        let tried = many(one.tried, "failure", "failures");
        (format!("{}: {tried}", one.operation), Ended::of(one.broken.values().sum(), one.violations.iter()))
    });
    Suite::named("failing disks", cases)
}

fn profiles(proof: &Proof) -> Suite {
    let cases = proof.profiles.iter().map(|one| {
        let ended = Ended::of(one.broken.values().sum(), one.violations.iter());
        let ended = match (&one.waiver, ended) {
            (Some(waiver), Ended::Badly(message, _)) => Ended::Skipped(format!("{message} (waived: {waiver})")),
            (_, ended) => ended,
        };
        (format!("{}: {}", one.name, one.story), ended)
    });
    Suite::named("profiles", cases)
}

/// A case for each mutant made by hand, and one for each operation with what a machine made of it.
fn mutants(proof: &Proof) -> Suite {
    let by_hand = proof.mutants.iter().map(|mutant| {
        let ended = match &mutant.verdict {
            Verdict::Killed(_) => Ended::Well,
            Verdict::Waived(reason) => Ended::Skipped(format!("waived: {reason}")),
            Verdict::Survived(states) => survived(mutant, *states),
            Verdict::Lifeless(reason) => Ended::Badly("it cannot live".to_owned(), reason.clone()),
        };
        (mutant.name.clone(), ended)
    });
    let automatic = proof.automatic.iter().map(|one| {
        let survivors: Vec<&str> =
            one.survivors.iter().filter(|kind| kind.waiver.is_none()).map(|kind| kind.kind.as_str()).collect();
        let name = format!("{}: {} killed", one.operation, many(one.killed, "automatic mutant", "automatic mutants"));
        let ended = match survivors.len() {
            0 => Ended::Well,
            kinds => Ended::Badly(many(kinds as u64, "kind survived", "kinds survived"), survivors.join("\n")),
        };
        (name, ended)
    });
    Suite::named("mutants", by_hand.chain(automatic))
}

fn survived(mutant: &Mutant, states: u64) -> Ended {
    let message = format!("survived {} states", thousands(states));
    Ended::Badly(message, format!("{}\nNothing that was judged told it from the product.\n", mutant.story))
}

fn rest(proof: &Proof) -> Suite {
    let lives = proof
        .lives
        .iter()
        .map(|lives| (format!("random lives: {}", thousands(lives.lives)), Ended::of(0, lives.violations.iter())));
    let conformance = proof.conformance.iter().map(|one| {
        let ended = match &one.difference {
            Some(difference) => Ended::Badly("a difference".to_owned(), difference.clone()),
            None if one.compared == 0 => Ended::Badly("nothing was compared".to_owned(), String::new()),
            None => Ended::Well,
        };
        (format!("the operating system's files: {}", one.operation), ended)
    });
    let rows = proof.kernels.iter().flat_map(|kernels| &kernels.rows).map(|row| {
        let count = row.violation_count.max(row.violations.len() as u64);
        let ended = if count == 0 {
            Ended::Well
        } else {
            let told: Vec<String> =
                row.violations.iter().map(|one| format!("{}\n{}\n", one.found, one.recipe)).collect();
            Ended::Badly(many(count, "violation", "violations"), told.join("\n"))
        };
        (format!("{}: {}", row.file_system, row.operation), ended)
    });
    let skipped = proof.kernels.iter().flat_map(|kernels| &kernels.skipped).map(|one| {
        let ended =
            if one.broken { Ended::Badly(one.why.clone(), String::new()) } else { Ended::Skipped(one.why.clone()) };
        (one.what.clone(), ended)
    });
    let left_out = proof.skipped.iter().map(|one| (one.what.clone(), Ended::Skipped(one.why.clone())));
    Suite::named("besides", lives.chain(conformance).chain(rows).chain(skipped).chain(left_out))
}

/// The last word, so that nothing to which the report objects is green here.
fn verdict(report: &Report) -> Suite {
    let ended = if report.holds() {
        Ended::Well
    } else {
        Ended::Badly(many(report.objections.len() as u64, "objection", "objections"), report.objections.join("\n"))
    };
    Suite::named("verdict", [("the proof holds".to_owned(), ended)])
}

#[cfg(test)]
mod tests {
    use super::super::example::{bad, good};
    use super::junit;

    /// What a CI system reads: every case that is not simply well.
    fn check(xml: &str, expected: &[&str]) {
        let document = roxmltree::Document::parse(xml).unwrap();
        let root = document.root_element();
        let count = |name: &str| root.descendants().filter(|node| node.has_tag_name(name)).count().to_string();
        for (attribute, element) in [("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")] {
            assert_eq!(root.attribute(attribute), Some(count(element).as_str()), "{attribute}");
            let suites = root.children().filter(roxmltree::Node::is_element);
            for suite in suites {
                let inside = suite.descendants().filter(|node| node.has_tag_name(element)).count().to_string();
                assert_eq!(suite.attribute(attribute), Some(inside.as_str()), "{attribute} of {suite:?}");
            }
        }
        let ends = root.descendants().filter(|node| node.has_tag_name("failure") || node.has_tag_name("skipped"));
        let told = ends.map(|node| {
            let case = node.parent().unwrap();
            let words = |attribute| case.attribute(attribute).unwrap_or_default();
            let message = node.attribute("message").unwrap();
            format!("{} | {} | {} | {message}", node.tag_name().name(), words("classname"), words("name"))
        });
        assert_eq!(told.collect::<Vec<_>>(), expected);
    }

    const LOSSLESS: &str = "CSV archive → restore is lossless for every SQLite value & every \"kind\" of table.";

    #[test]
    fn ci_reads_what_was_skipped() {
        check(
            &junit(&good()),
            &[
                "skipped | power cuts.start-all-tiers | G4 A power cut during a restore leaves the old database or the new one, never a mixture. | no crash state of this operation can break it",
                &format!(
                    "skipped | power cuts.start-all-tiers | G9 {LOSSLESS} | no crash state of this operation can break it"
                ),
                "skipped | besides | btrfs | mkfs.btrfs is not installed",
                "skipped | besides | windows | no such machine is here",
            ],
        );
    }

    #[test]
    fn ci_reads_a_violation_as_a_story() {
        let xml = junit(&bad());
        let document = roxmltree::Document::parse(&xml).unwrap();
        let failures: Vec<_> = document.descendants().filter(|node| node.has_tag_name("failure")).collect();
        assert_eq!(failures.len(), 3, "{xml}");
        let story = failures[0].text().unwrap();
        assert!(story.contains("/home/shop.db-wal") && story.contains("--replay 'restore-wal@141"), "{story}");
        assert_eq!(failures[1].attribute("message"), Some("survived 70,000 states"));
        assert_eq!(failures[2].attribute("message"), Some("2 objections"));
    }

    #[test]
    fn nothing_that_broke_is_lost_for_want_of_a_name() {
        let mut report = good();
        report.proof.operations[0].broken.insert("G99".to_owned(), 3);
        let xml = junit(&report);
        assert!(xml.contains("3 violations"), "{xml}");
    }
}
