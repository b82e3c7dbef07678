//! Effects as lines of a plan, for tests and for whoever reads one: the word first, then what it is about.

use std::fmt;

use super::Effect;
use crate::model::Intent;

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scan => f.write_str("scan"),
            Self::Look { database } => write!(f, "look        {database}"),
            Self::Copy { database, to } => write!(f, "copy        {database} -> {to}"),
            Self::Verify { file, depth, .. } => write!(f, "verify      {file} ({depth:?})"),
            Self::Reindex { file, .. } => write!(f, "reindex     {file}"),
            Self::KeepGeneration { snapshot, from, to } => write!(f, "keep        {snapshot} {from} -> {to}"),
            Self::Shift { snapshot, from, to } => write!(f, "shift       {snapshot} {from} -> {to}"),
            Self::SetAside { from, to } => write!(f, "set aside   {from} -> {to}"),
            Self::KeepDamaged { database, to } => write!(f, "keep bad    {database} -> {to}"),
            Self::Publish { snapshot, staged, to, keep_staged, .. } => {
                let how = if *keep_staged { " (copy)" } else { "" };
                write!(f, "publish     {staged} -> {to} as {snapshot}{how}")
            }
            Self::WriteManifest { snapshot, manifest } => write!(f, "manifest    {snapshot} {manifest}"),
            Self::Remove { snapshot, path, .. } => write!(f, "remove      {snapshot} {path}"),
            Self::Discard { path } => write!(f, "discard     {path}"),
            Self::Optimize { database } => write!(f, "optimize    {database}"),
            Self::Compact { database, .. } => write!(f, "compact     {database}"),
            Self::Stage { from, to, journal_mode } => write!(f, "stage       {from} -> {to} ({journal_mode})"),
            Self::Migrate { database, .. } => write!(f, "migrate     {database}"),
            Self::Quiesce { workspace, database } => write!(f, "quiesce     {workspace} {database}"),
            Self::Commit { intent } => write!(f, "commit      {}", targets(intent)),
            Self::Swap { intent } => write!(f, "swap        {}", targets(intent)),
            Self::VerifyLive { intent } => write!(f, "verify live {}", targets(intent)),
            Self::Withdraw { .. } => f.write_str("withdraw"),
            Self::Finish { .. } => f.write_str("finish"),
            Self::Relaunch { workspace } => write!(f, "relaunch    {workspace}"),
            Self::Compare { database, candidate, .. } => write!(f, "compare     {database} with {candidate}"),
            Self::Rehearse { file, to, .. } => write!(f, "rehearse    {file} in {to}"),
            Self::WriteRegistry { workspaces, .. } => write!(f, "registry    {} workspaces", workspaces.len()),
            Self::CopyAll { copies } => {
                let names: Vec<String> = copies.iter().map(|c| format!("{} -> {}", c.database, c.to)).collect();
                write!(f, "copy all    {}", names.join(", "))
            }
            Self::Pack { from, to, .. } => write!(f, "pack        {from} -> {to}"),
            Self::Bundle { members, to } => {
                let names: Vec<&str> = members.iter().map(|member| member.database.as_str()).collect();
                write!(f, "bundle      {} -> {to}", names.join(", "))
            }
            Self::Inspect { archive, accept_edited, all_rows } => {
                let edited = if *accept_edited { " (edited)" } else { "" };
                let rows = if *all_rows { " (all rows)" } else { "" };
                write!(f, "inspect     {archive}{edited}{rows}")
            }
            Self::Import { archive, to, .. } => write!(f, "import      {archive} -> {to}"),
            Self::Unpack { archive, member, to } => write!(f, "unpack      {archive}/{member} -> {to}"),
            Self::CheckTarget { to, .. } => write!(f, "target      {to}"),
            Self::Export { staged, to, .. } => write!(f, "export      {staged} -> {to}"),
            Self::Identify { file, .. } => write!(f, "identify    {file}"),
        }
    }
}

fn targets(intent: &Intent) -> String {
    let names = intent.targets.iter().map(|target| format!("{} -> {}", target.staged, target.live));
    names.collect::<Vec<_>>().join(", ")
}
