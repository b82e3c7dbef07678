//! Makes a broken state as small as it can be told: as few power cuts, as early, and with as few changes lost as still
//! break the same guarantee.

use super::recipe::{Cut, Recipe};
use super::states::Fate;

/// Says of a recipe, if it breaks what the first one broke, which changes are pending at each of its cuts.
pub type Trial<'a> = &'a mut dyn FnMut(&Recipe) -> Option<Vec<Vec<usize>>>;

/// The smallest recipe that still breaks it; the same one where it breaks nothing.
pub fn shrink(mut recipe: Recipe, trial: Trial<'_>) -> Recipe {
    while let Some(smaller) = smaller(&recipe, trial) {
        recipe = smaller;
    }
    recipe
}

fn smaller(recipe: &Recipe, trial: Trial<'_>) -> Option<Recipe> {
    let pending = trial(recipe)?;
    let candidates = fewer_cuts(recipe).chain(fewer_lost(recipe, &pending)).chain(earlier(recipe));
    candidates.filter(|candidate| candidate != recipe).find(|candidate| trial(candidate).is_some())
}

fn fewer_cuts(recipe: &Recipe) -> impl Iterator<Item = Recipe> + '_ {
    (1..recipe.cuts.len()).map(|cuts| Recipe { cuts: recipe.cuts[..cuts].to_vec(), ..recipe.clone() })
}

/// Keeps what was lost: all of it, halves, quarters, and at last each change alone; and loses in whole what was torn.
fn fewer_lost<'a>(recipe: &'a Recipe, pending: &'a [Vec<usize>]) -> impl Iterator<Item = Recipe> + 'a {
    recipe.cuts.iter().enumerate().flat_map(move |(depth, cut)| {
        let fate = |place: &usize| cut.fates.iter().find(|(at, _)| at == place).map_or(Fate::Lost, |(_, fate)| *fate);
        let fates: Vec<(usize, Fate)> = pending[depth].iter().map(|place| (*place, fate(place))).collect();
        let damaged: Vec<usize> = (0..fates.len()).filter(|at| fates[*at].1 != Fate::Kept).collect();
        let torn: Vec<usize> = damaged.iter().copied().filter(|at| fates[*at].1 != Fate::Lost).collect();
        let halves = std::iter::successors(Some(damaged.len()), |size| (*size > 1).then(|| size.div_ceil(2)));
        let mended: Vec<(Vec<usize>, Fate)> = halves
            .flat_map(|size| damaged.chunks(size.max(1)).map(|part| (part.to_vec(), Fate::Kept)).collect::<Vec<_>>())
            .chain(torn.into_iter().map(|at| (vec![at], Fate::Lost)))
            .collect();
        mended.into_iter().map(move |(part, fate)| {
            let mut fates = fates.clone();
            part.iter().for_each(|at| fates[*at].1 = fate);
            with_cut(recipe, depth, cut.at, fates)
        })
    })
}

/// The same fates at an earlier point; what comes after it did not happen.
fn earlier(recipe: &Recipe) -> impl Iterator<Item = Recipe> + '_ {
    recipe.cuts.iter().enumerate().flat_map(move |(depth, cut)| {
        let steps = std::iter::successors(Some(cut.at / 2), |step| (*step > 1).then_some(step / 2));
        steps.filter(|step| *step > 0).map(move |step| {
            let at = cut.at - step;
            let fates = cut.fates.iter().copied().filter(|(place, _)| *place < at).collect();
            with_cut(recipe, depth, at, fates)
        })
    })
}

fn with_cut(recipe: &Recipe, depth: usize, at: usize, fates: Vec<(usize, Fate)>) -> Recipe {
    let mut changed = recipe.clone();
    changed.cuts[depth] = Cut { at, fates: fates.into_iter().filter(|(_, fate)| *fate != Fate::Lost).collect() };
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A world in which every change stays pending, and in which the judge wants what `breaks` says.
    fn check(line: &str, breaks: fn(&Recipe, &dyn Fn(usize) -> bool) -> bool, smallest: &str) {
        let mut trial = |recipe: &Recipe| {
            let is_lost = |place| {
                let cut = &recipe.cuts[0];
                place < cut.at && !cut.fates.contains(&(place, Fate::Kept))
            };
            breaks(recipe, &is_lost).then(|| recipe.cuts.iter().map(|cut| (0..cut.at).collect()).collect())
        };
        assert_eq!(shrink(line.parse().unwrap(), &mut trial).to_string(), smallest);
    }

    #[test]
    fn what_must_be_lost_stays_lost() {
        let both = |_: &Recipe, is_lost: &dyn Fn(usize) -> bool| is_lost(3) && is_lost(7);
        check("exit@20:1,5,9t,12", both, "exit@8:0,1,2,4,5,6");
    }

    #[test]
    fn a_torn_change_that_need_not_be_torn_is_kept() {
        check("exit@9:0,1h,2,4g", |_, is_lost| is_lost(3), "exit@4:0,1,2");
    }

    #[test]
    fn a_tear_that_matters_stays() {
        let torn = |recipe: &Recipe, _: &dyn Fn(usize) -> bool| recipe.cuts[0].fates.contains(&(2, Fate::Garbage));
        check("exit@6:0,2g,5", torn, "exit@3:0,1,2g");
    }

    #[test]
    fn a_second_power_cut_that_is_not_needed_goes() {
        check("exit@6:0,1/4:2/3:", |_, is_lost| is_lost(3), "exit@4:0,1,2");
    }

    #[test]
    fn what_breaks_nothing_stays_as_it_is() {
        check("exit@6:0,5", |_, _| false, "exit@6:0,5");
    }
}
