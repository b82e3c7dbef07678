//! What a statement of a schema may do while it is run: create, in the main database, and nothing else. A schema may
//! come from a file that somebody else wrote.

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

/// Modules that keep all they have in shadow tables, and that SQLite itself brings along.
const MODULES: [&str; 6] = ["fts5", "fts4", "fts3", "rtree", "rtree_i32", "geopoly"];

/// Functions that reach beyond the database; SQLite refuses most of them in a schema by itself.
const REACHING_OUT: [&str; 6] = ["load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "fsdir"];

/// Runs the one statement that makes the entry of this name; a second one behind it is an error.
pub(super) fn create(connection: &Connection, name: &str, sql: &str) -> rusqlite::Result<()> {
    let guard = Guard { name: name.to_owned(), is_virtual: sql.starts_with("CREATE VIRTUAL TABLE ") };
    connection.authorizer(Some(move |context: AuthContext<'_>| guard.judge(&context)))?;
    let made = connection.prepare(sql).and_then(|mut statement| statement.raw_execute());
    connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
    made.map(drop)
}

/// What one statement may do.
struct Guard {
    /// What is made.
    name: String,
    /// Whether it is a virtual table, whose module makes tables of its own.
    is_virtual: bool,
}

impl Guard {
    fn judge(&self, context: &AuthContext<'_>) -> Authorization {
        let in_main = context.database_name.is_none_or(|database| database == "main");
        if in_main && self.allows(&context.action) { Authorization::Allow } else { Authorization::Deny }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not allowed by name is refused, also what is new")]
    fn allows(&self, action: &AuthAction<'_>) -> bool {
        match action {
            AuthAction::CreateTable { .. }
            | AuthAction::CreateIndex { .. }
            | AuthAction::CreateView { .. }
            | AuthAction::CreateTrigger { .. }
            | AuthAction::Reindex { .. }
            // Of a column in an expression; without a SELECT nothing is read.
            | AuthAction::Read { .. } => true,
            AuthAction::CreateVtable { module_name, .. } => {
                MODULES.iter().any(|module| module.eq_ignore_ascii_case(module_name))
            }
            AuthAction::Function { function_name } => {
                !REACHING_OUT.iter().any(|function| function.eq_ignore_ascii_case(function_name))
            }
            AuthAction::Insert { table_name }
            | AuthAction::Delete { table_name }
            | AuthAction::Update { table_name, .. } => is_schema(table_name) || self.is_shadow(table_name),
            // The modules look into their own shadow tables and at the size of a page.
            AuthAction::Select => self.is_virtual,
            AuthAction::Pragma { pragma_name, pragma_value: None } => {
                self.is_virtual && ["page_size", "data_version"].contains(pragma_name)
            }
            _ => false,
        }
    }

    fn is_shadow(&self, table: &str) -> bool {
        self.is_virtual && table.strip_prefix(&self.name).is_some_and(|rest| rest.starts_with('_'))
    }
}

fn is_schema(table: &str) -> bool {
    ["sqlite_master", "sqlite_schema"].contains(&table)
}
