//! An app that commits carelessly. What it tells its user is lost with the power, and the engine's backups are then of
//! something that never was.

use std::sync::Arc;

use omnicraft_core::model::SchemaProfile;
use omnicraft_host::ports::Decide;
use rusqlite::{Connection, Result};

use super::Mutant;
use crate::crash::Subject;
use crate::crash::life::Parts;

pub(super) const ALL: &[Mutant] = &[
    Mutant {
        name: "app-syncs-nothing",
        story: "the app commits with `synchronous = OFF`",
        scenarios: &["start-all-tiers"],
        breaks: |parts| careless(parts, "OFF"),
    },
    Mutant {
        name: "app-syncs-at-checkpoints",
        story: "the app commits with `synchronous = NORMAL`, which in WAL mode syncs at checkpoints alone",
        scenarios: &["start-all-tiers"],
        breaks: |parts| careless(parts, "NORMAL"),
    },
];

fn careless(mut parts: Parts, synchronous: &'static str) -> Parts {
    parts.subject = Arc::new(Careless { subject: parts.subject, synchronous });
    parts
}

struct Careless {
    subject: Arc<dyn Subject>,
    synchronous: &'static str,
}

impl Subject for Careless {
    fn name(&self) -> &str {
        self.subject.name()
    }

    fn profiles(&self) -> &[SchemaProfile] {
        self.subject.profiles()
    }

    fn create(&self, profile: &SchemaProfile, version: &str, connection: &mut Connection) -> Result<()> {
        self.subject.create(profile, version, connection)
    }

    fn migrate(&self, profile: &SchemaProfile, connection: &mut Connection) -> Result<()> {
        self.subject.migrate(profile, connection)
    }

    fn fill(&self, profile: &SchemaProfile, identity: &str, connection: &mut Connection) -> Result<()> {
        self.subject.fill(profile, identity, connection)
    }

    fn commit(&self, profile: &SchemaProfile, number: i64, connection: &mut Connection) -> Result<()> {
        connection.pragma_update(None, "synchronous", self.synchronous)?;
        self.subject.commit(profile, number, connection)
    }

    fn wipe(&self, profile: &SchemaProfile, connection: &mut Connection) -> Result<()> {
        self.subject.wipe(profile, connection)
    }

    fn decide(&self) -> Decide {
        self.subject.decide()
    }
}
