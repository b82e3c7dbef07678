//! The schemas that OmniCraft has released: their migrations, application ids and what the engine must know of them.

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use omnicraft_core::model::SchemaProfile;

use crate::{BUSINESS, ErpError, PERSONAL_FINANCE};
use crate::{days, words};

/// A schema with its released migrations; a version is the number at the head of its migration's folder.
pub(crate) struct Schema {
    pub(crate) name: &'static str,
    pub(crate) application_id: i32,
    pub(crate) versions: &'static [&'static str],
    pub(crate) migrations: EmbeddedMigrations,
    words: &'static [words::Entry],
    hidden: &'static [&'static str],
    days: &'static [days::Entry],
}

/// The text that both the engine and this crate ask for the version of a database.
pub(crate) const VERSION_SQL: &str = "SELECT max(version) FROM __diesel_schema_migrations";
const IDENTITY_SQL: &str = "SELECT value FROM settings WHERE key = 'workspace_id'";

static SCHEMAS: [Schema; 2] = [
    Schema {
        name: BUSINESS,
        application_id: 1_329_807_962,
        versions: &["0001", "0002", "0003", "0004"],
        migrations: embed_migrations!("migrations/business"),
        words: words::BUSINESS,
        hidden: words::BUSINESS_HIDDEN,
        days: days::BUSINESS,
    },
    Schema {
        name: PERSONAL_FINANCE,
        application_id: 1_329_811_526,
        versions: &["0001", "0002"],
        migrations: embed_migrations!("migrations/personal_finance"),
        words: words::PERSONAL_FINANCE,
        hidden: words::PERSONAL_FINANCE_HIDDEN,
        days: days::PERSONAL_FINANCE,
    },
];

impl Schema {
    /// The schema of the shop's own books.
    pub(crate) const fn business() -> &'static Self {
        let [business, _] = &SCHEMAS;
        business
    }

    /// A schema by its name.
    pub(crate) fn named(name: &str) -> Result<&'static Self, ErpError> {
        let found = SCHEMAS.iter().find(|schema| schema.name == name);
        found.ok_or_else(|| ErpError::UnknownSchema(name.to_owned()))
    }

    /// The newest version.
    pub(crate) fn newest(&self) -> &'static str {
        self.versions.last().copied().unwrap_or_default()
    }

    fn profile(&self) -> SchemaProfile {
        SchemaProfile {
            name: self.name.to_owned(),
            application_id: self.application_id,
            versions: self.versions.iter().map(ToString::to_string).collect(),
            version_sql: VERSION_SQL.to_owned(),
            identity_sql: IDENTITY_SQL.to_owned(),
            single: self.name == PERSONAL_FINANCE,
            words: self.words.iter().map(words::entry).collect(),
            hidden_tables: self.hidden.iter().map(ToString::to_string).collect(),
            days: self.days.iter().map(|(table, column)| ((*table).to_owned(), (*column).to_owned())).collect(),
        }
    }
}

/// What the engine must know of each schema.
pub(crate) fn profiles() -> Vec<SchemaProfile> {
    SCHEMAS.iter().map(Schema::profile).collect()
}
