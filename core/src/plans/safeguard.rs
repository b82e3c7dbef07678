//! Before something destructive: copy, verify, publish; the conclusion then holds the permit. Without a verified
//! safeguard there is none.

use super::copying::{self, News};
use super::{Case, startup, stop};
use crate::change::Change;
use crate::effect::Effect;
use crate::model::{Act, Base, Slot, Trigger, Workspace, WorkspaceId};
use crate::outcome::Yield;
use crate::plan::Plan;
use crate::state::{Moment, Operation};
use crate::transition::{Begun, Refusal};

pub(crate) fn begin(case: &Case<'_>, id: &WorkspaceId, act: Act) -> Begun {
    let workspace = case.workspace(id)?;
    if act == Act::Restore {
        return Err(Refusal::new("a restore takes its own safeguard", "Ask for the restore itself"));
    }
    let staged = copying::staged(case, workspace);
    let draft = copying::draft(case, workspace, 0, Slot::plain(Base::Before(act)), Trigger::Before(act));
    let plan = Plan::new()
        .require(Effect::Look { database: workspace.database.clone() })
        .then(copying::take(case, workspace))
        .then(copying::publish_into_slot(case, workspace, &draft, &[], staged.clone(), false))
        .always(Effect::Discard { path: staged });
    let mut operation = case.operation(Moment::Safeguard(id.clone(), act), plan);
    operation.drafts = vec![draft];
    Ok((operation, Vec::new()))
}

pub(super) fn learn(
    case: &Case<'_>,
    operation: &mut Operation,
    workspace: &Workspace,
    act: Act,
    effect: &Effect,
    learnt: &Yield,
) -> Vec<Change> {
    if matches!(effect, Effect::Publish { .. }) {
        // What the act leaves has other row counts, and is no longer what the newest close snapshot holds.
        let expects_a_cliff = matches!(act, Act::AccountingReset | Act::FactoryReset | Act::Migration);
        return case.amended(&workspace.id, |w| w.cliff_expected |= expects_a_cliff).into_iter().collect();
    }
    match copying::gather(case, operation, workspace, effect, learnt) {
        News::Nothing | News::Good => Vec::new(),
        News::Unusable(failure) => startup::damaged(case, operation, workspace, failure),
        News::Bad(failure) => {
            stop(operation, failure);
            Vec::new()
        }
    }
}
