//! The words that a person knows for the tables, and the tables that a person should never hear of.

use omnicraft_core::model::Words;

/// Table, one row, several rows.
pub(crate) type Entry = (&'static str, &'static str, &'static str);

pub(crate) const BUSINESS: &[Entry] = &[
    ("settings", "setting", "settings"),
    ("suppliers", "supplier", "suppliers"),
    ("materials", "material", "materials"),
    ("purchases", "purchase", "purchases"),
    ("material_batches", "batch of material", "batches of material"),
    ("batch_movements", "movement of material", "movements of material"),
    ("recipes", "recipe", "recipes"),
    ("recipe_materials", "recipe ingredient", "recipe ingredients"),
    ("overhead_norms", "overhead norm", "overhead norms"),
    ("recipe_overheads", "overhead coefficient", "overhead coefficients"),
    ("jobs", "workbench job", "workbench jobs"),
    ("showcase_items", "showcase item", "showcase items"),
    ("price_changes", "price change", "price changes"),
    ("clients", "client", "clients"),
    ("sales", "sale", "sales"),
    ("sale_lines", "sale line", "sale lines"),
    ("accounts", "account", "accounts"),
    ("cash_categories", "cash category", "cash categories"),
    ("cash_operations", "cash operation", "cash operations"),
    ("documents", "document", "documents"),
    // Known to older versions alone.
    ("goods", "product", "products"),
];

pub(crate) const BUSINESS_HIDDEN: &[&str] = &[
    "__diesel_schema_migrations",
    "showcase_search",
    "showcase_search_data",
    "showcase_search_idx",
    "showcase_search_docsize",
    "showcase_search_config",
    "client_search",
    "client_search_data",
    "client_search_idx",
    "client_search_docsize",
    "client_search_config",
];

pub(crate) const PERSONAL_FINANCE: &[Entry] = &[
    ("settings", "setting", "settings"),
    ("accounts", "account", "accounts"),
    ("categories", "category", "categories"),
    ("operations", "operation", "operations"),
    ("assets", "asset", "assets"),
    ("rates", "exchange rate", "exchange rates"),
];

pub(crate) const PERSONAL_FINANCE_HIDDEN: &[&str] = &["__diesel_schema_migrations"];

/// An entry as the engine's profile has it.
pub(crate) fn entry((table, one, many): &Entry) -> (String, Words) {
    ((*table).to_owned(), Words { one: (*one).to_owned(), many: (*many).to_owned() })
}
