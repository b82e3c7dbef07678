//! A crash state in one line, from which it is made again: `start-all-tiers@141:137,138h,140g/57:51` is the operation, cut
//! after 141 entries of its log with change 137 kept, half of 138 and garbage for 140, and then a second power cut after
//! 57 entries of what recovery did. What is not named is lost. `exit!full-once=12@30:` is cut in a life in which the disk
//! was full for the thirteenth change of the operation.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use super::faults::Failure;
use super::model::Model;
use super::states::Fate;

/// How to make a crash state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipe {
    /// The scenario; empty where somebody looks at a trace without a name.
    pub operation: String,
    /// How the disk fails before the power is cut, if it does.
    pub failure: Option<Failure>,
    /// What a power cut may leave there.
    pub model: Model,
    /// The power cuts: one in the operation, and then in the recovery from the one before.
    pub cuts: Vec<Cut>,
}

/// One power cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// How many entries of the log had been made.
    pub at: usize,
    /// The pending changes by their place in the log, and their fates; those not named are lost.
    pub fates: Vec<(usize, Fate)>,
}

const LETTERS: [(Fate, &str); 7] = [
    (Fate::Kept, ""),
    (Fate::Lost, "l"),
    (Fate::SizeAlone, "s"),
    (Fate::Head, "h"),
    (Fate::Tail, "t"),
    (Fate::Odd, "o"),
    (Fate::Garbage, "g"),
];

impl Display for Recipe {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.operation)?;
        if let Some(Failure { kind, after }) = self.failure {
            write!(f, "!{}={after}", kind.name())?;
        }
        if self.model != Model::Strict {
            write!(f, "[{}]", self.model.name())?;
        }
        for (depth, cut) in self.cuts.iter().enumerate() {
            write!(f, "{}{cut}", if depth == 0 { '@' } else { '/' })?;
        }
        Ok(())
    }
}

impl Display for Cut {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.at)?;
        let kept = self.fates.iter().filter(|(_, fate)| *fate != Fate::Lost);
        for (number, (place, fate)) in kept.enumerate() {
            let letter = LETTERS.iter().find(|(known, _)| known == fate).map_or("", |(_, letter)| letter);
            write!(f, "{}{place}{letter}", if number == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl FromStr for Recipe {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let (head, cuts) =
            line.trim().rsplit_once('@').ok_or_else(|| format!("`{line}` has no `@` before its cuts"))?;
        let (operation, model) = match head.strip_suffix(']').and_then(|head| head.rsplit_once('[')) {
            Some((operation, model)) => (operation, model.parse()?),
            None => (head, Model::Strict),
        };
        let (operation, failure) = match operation.split_once('!') {
            Some((operation, failure)) => (operation, Some(failure.parse()?)),
            None => (operation, None),
        };
        let cuts = cuts.split('/').map(Cut::from_str).collect::<Result<_, _>>()?;
        Ok(Self { operation: operation.to_owned(), failure, model, cuts })
    }
}

impl FromStr for Cut {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is not a place in a log"));
        let (at, kept) = text.split_once(':').ok_or_else(|| format!("`{text}` has no `:` after the cut"))?;
        let fates = kept.split(',').filter(|fate| !fate.is_empty()).map(|text| {
            let letter = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
            let known = LETTERS.iter().find(|(_, known)| *known == letter);
            let (fate, _) = known.ok_or_else(|| format!("`{text}` ends with a letter that stands for nothing"))?;
            Ok((number(&text[..text.len() - letter.len()])?, *fate))
        });
        Ok(Self { at: number(at)?, fates: fates.collect::<Result<_, String>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_everything() {
        for line in [
            "start-all-tiers@141:137,138h,140g/57:51",
            "restore@7:",
            "exit[windows]@9:1s,2t,3o/0:/12:4",
            "mutant>exit@3:1",
            "exit!error-for-good=12@30:28,29",
        ] {
            assert_eq!(line.parse::<Recipe>().unwrap().to_string(), line);
        }
    }

    #[test]
    fn a_line_that_is_none_is_refused() {
        let check = |line: &str| line.parse::<Recipe>().unwrap_err();
        assert_eq!(check("exit"), "`exit` has no `@` before its cuts");
        assert_eq!(check("exit@7"), "`7` has no `:` after the cut");
        assert_eq!(check("exit@7:3x"), "`3x` ends with a letter that stands for nothing");
        assert_eq!(check("exit@x:"), "`x` is not a place in a log");
        assert_eq!(check("exit[moon]@1:"), "there is no fault model `moon`");
        assert_eq!(check("exit!flood=1@1:"), "no disk fails like `flood`");
        assert_eq!(check("exit!full-once@1:"), "`full-once` does not say after how many accesses");
    }
}
