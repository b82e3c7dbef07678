//! The README's table of guarantees, written from the report. Figures are rounded down to two digits and say "at least", so
//! they stay true while the proof grows.

use super::summary::Report;
use super::words::{floored, thousands};

const BEGIN: &str = "<!-- guarantees: `cargo xtask guarantees --write-readme` writes this table -->";
const END: &str = "<!-- end of guarantees -->";

/// The README with the table of this report.
pub fn written(readme: &str, report: &Report) -> Result<String, String> {
    let proof = &report.proof;
    let lacks = [proof.operations.is_empty(), proof.mutants.is_empty(), proof.automatic.is_empty()].contains(&true);
    if proof.is_selected || lacks {
        let needed = "run it without --only, and with the parts cuts, mutants and automatic";
        return Err(format!("only power cuts in all operations and all mutants may be told in the README; {needed}"));
    }
    if !report.holds() {
        return Err("the proof does not hold, so the README cannot say that it does".to_owned());
    }
    let (before, _, after) = split(readme)?;
    Ok(format!("{before}{BEGIN}\n{}{END}{after}", table(report)))
}

/// Whether what the README claims is what was found, or less.
pub fn check(readme: &str, report: &Report) -> Result<(), String> {
    let written = written(readme, report)?;
    let (claimed, found) = (split(readme)?.1, split(&written)?.1);
    let (claimed, found) = (parts(claimed), parts(found));
    for (claimed, found) in claimed.iter().zip(&found) {
        match (claimed, found) {
            (Part::Figure(claimed), Part::Figure(found)) if claimed > found => {
                let [claimed, found] = [*claimed, *found].map(thousands);
                return Err(format!("the README claims {claimed} where {found} were found; {REMEDY}"));
            }
            (Part::Figure(_), Part::Figure(_)) => {}
            (claimed, found) if claimed != found => {
                return Err(format!("the README says {claimed} where the report says {found}; {REMEDY}"));
            }
            _ => {}
        }
    }
    if claimed.len() == found.len() { Ok(()) } else { Err(format!("the README's table is another one; {REMEDY}")) }
}

const REMEDY: &str = "see why, then run `cargo xtask guarantees --write-readme`";

fn split(readme: &str) -> Result<(&str, &str, &str), String> {
    let between = || {
        let (before, rest) = readme.split_once(BEGIN)?;
        let (old, after) = rest.split_once(END)?;
        Some((before, old, after))
    };
    between().ok_or_else(|| format!("the README lacks the line `{BEGIN}`, or `{END}` after it"))
}

fn table(report: &Report) -> String {
    let least = |figure| thousands(floored(figure));
    let mut text = format!(
        "Power was cut in {} operations, which left at least {} distinct disks: no guarantee was broken. Of at least {} bugs \
         made by hand, and {} that a machine made of the operations' own changes, each was found or is waived in writing.\n\n\
         | | guarantee | power cuts judged by it: operations, disks | bugs found by it | what no power cut shows, and its proof |\n\
         |---|---|---|---|---|\n",
        least(report.proof.operations.len() as u64),
        least(report.distinct()),
        least(report.proof.mutants.len() as u64),
        least(report.proof.automatic.iter().map(|one| one.killed + one.survivors()[0]).sum()),
    );
    for row in &report.guarantees {
        let cuts = format!("{}, {}", least(row.operations), least(row.distinct));
        let (sentence, killed) = (&row.sentence, least(row.killed));
        text.push_str(&format!("| **{}** | {sentence} | {cuts} | {killed} | {} |\n", row.id, row.elsewhere));
    }
    text
}

#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Word(&'a str),
    Figure(u64),
}

impl std::fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(word) => write!(f, "“{word}”"),
            Self::Figure(figure) => f.write_str(&thousands(*figure)),
        }
    }
}

/// Words and figures; a word with a digit in it, such as G1, is a word.
fn parts(text: &str) -> Vec<Part<'_>> {
    let part = |word| {
        let digits: String = str::chars(word).filter(|letter| *letter != ',').collect();
        let trimmed = digits.trim_end_matches([':', '.']);
        trimmed.parse().map_or(Part::Word(word), Part::Figure)
    };
    text.split_whitespace().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::super::example::{bad, good};
    use super::{BEGIN, END, check, written};

    fn empty() -> String {
        format!("# A\n\n{BEGIN}\nwhatever\n{END}\n\n# B\n")
    }

    #[test]
    fn the_table_is_written_between_two_comments() {
        let expected = format!(
            "# A\n\n{BEGIN}\n\
             Power was cut in 2 operations, which left at least 1,200,000 distinct disks: no guarantee was broken. Of at least 2 \
             bugs made by hand, and 43 that a machine made of the operations' own changes, each was found or is waived in \
             writing.\n\n\
             | | guarantee | power cuts judged by it: operations, disks | bugs found by it | what no power cut shows, and its proof |\n\
             |---|---|---|---|---|\n\
             | **G1** | A published snapshot is complete and verified, or it is absent. | 2, 1,200,000 | 1 |  |\n\
             | **G4** | A power cut during a restore leaves the old database or the new one, never a mixture. | 1, 200,000 | 1 |  |\n\
             | **G9** | CSV archive → restore is lossless for every SQLite value & every \"kind\" of table. | 1, 200,000 | 0 | random values, 3 ways |\n\
             {END}\n\n# B\n"
        );
        let text = written(&empty(), &good()).unwrap();
        assert_eq!(text, expected);
        assert_eq!(written(&text, &good()).unwrap(), text, "it is the same again");
    }

    #[test]
    fn only_what_is_proven_is_claimed() {
        let text = written(&empty(), &good()).unwrap();
        let claim = |from: &str, to: &str| {
            check(&text.replacen(from, to, 1), &good()).map_err(|error| error.split(';').next().unwrap().to_owned())
        };
        assert_eq!(claim("", ""), Ok(()));
        assert_eq!(claim("1,200,000", "900,000"), Ok(()), "less than was found is true");
        assert_eq!(
            claim("1,200,000", "1,300,000"),
            Err("the README claims 1,300,000 where 1,200,000 were found".to_owned())
        );
        assert_eq!(claim("| 1 |  |", "| 2 |  |"), Err("the README claims 2 where 1 were found".to_owned()));
        assert_eq!(claim("G1", "G2"), Err("the README says “**G2**” where the report says “**G1**”".to_owned()));
        assert_eq!(
            claim("verified", "checked"),
            Err("the README says “checked,” where the report says “verified,”".to_owned())
        );
        assert_eq!(claim("3 ways |\n", "3 ways |\n| more |\n"), Err("the README's table is another one".to_owned()));
        assert!(claim(END, "").unwrap_err().contains("lacks the line"));
    }

    #[test]
    fn a_part_or_a_failure_is_not_told() {
        let mut part = good();
        part.proof.is_selected = true;
        assert!(check(&empty(), &part).unwrap_err().contains("without --only"));
        assert!(written(&empty(), &bad()).unwrap_err().contains("does not hold"));
    }
}
