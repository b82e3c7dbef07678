//! # The archive format, version 1
//!
//! Two kinds of archive, both zip files: a **CSV archive** holds one database as a CSV file for each table, a **global
//! archive** holds the list of workspaces and every workspace as a database file. This page is enough to write a reader
//! or a writer in another language. *Must* binds a reader that wants to be safe; the rest describes what is written.
//!
//! ## The zip file
//!
//! Members are flat, in this order, and there are no others:
//!
//! | CSV archive | global archive |
//! |---|---|
//! | `README.txt` | `README.txt` |
//! | for each table `NNNN_slug.csv`, then `NNNN_slug.lines` | `workspaces.json` |
//! | `manifest.json` | for each workspace `NNNN_slug.db`, then perhaps `NNNN_slug.zip` |
//! | | `manifest.json` |
//!
//! `NNNN` counts tables or workspaces from `0001`; there are at most 9,999. `slug` is for people: the name in lower
//! case, of which `a` to `z`, `0` to `9` and `_` stay, space, `-` and `.` become `_`, the rest goes, at most 40
//! characters, often fewer, perhaps none. Which file is which table only the manifest says. A name must match
//! `[0-9]{4}_[a-z0-9_]*\.(csv|lines|db|zip)` or be one of the three fixed ones, and so is never a path, a device or a
//! folder, nor different from another by case alone.
//!
//! Members are deflated (method 8) or stored (method 0): `.lines` and `.zip` are always stored, and so is a member of
//! more than 1 MiB that would shrink to less than a hundredth. A reader may take a deflated member that grows more than
//! two-hundredfold for an attack. There is no encryption, no data descriptor, no comment, no gap between the members,
//! and no extra field but that of zip64 (header id 1), which a member of about 4 GiB and more has, in its local header
//! too. The entries are regular files of mode 0644, all of the time `taken_at` on the clock of the shop; the same
//! database gives the same archive, byte for byte.
//!
//! `README.txt` (UTF-8, CRLF) is for people; nothing in it is read by a program.
//!
//! ## A CSV file
//!
//! UTF-8 with a byte order mark (`EF BB BF`), then RFC 4180: fields separated by commas, records ended by CRLF, a field
//! in double quotes where it holds a comma, a double quote (doubled), CR or LF. Line breaks inside quotes are content,
//! and stay as they are. The first record has the names of the columns, written as text cells of a TEXT column (below).
//! Each further record is a row with exactly as many fields. **Quotes say nothing**: `a` and `"a"` are the same cell,
//! because spreadsheets add and drop quotes as they like.
//!
//! The first column is the rowid, if the manifest names one for the table; then the stored columns in the order of
//! their declaration. Rows are in the order of the rowid, or of the primary key of a `WITHOUT ROWID` table.
//!
//! ## A cell
//!
//! What a cell means depends on its bytes and on whether its column has **TEXT affinity**: the declared type, in any
//! case of letters, does not contain `INT`, and contains `CHAR`, `CLOB` or `TEXT`. (The rowid's column has not.) The
//! first line that fits counts:
//!
//! | the cell | is |
//! |---|---|
//! | nothing | NULL |
//! | `'` and anything | text: what follows the apostrophe, as it is |
//! | `x'` hex digits `'` | a blob |
//! | `t'` hex digits `'` | text, by its bytes, which need not be UTF-8 |
//! | `i'` integer `'`, `r'` real `'` | an integer, a real |
//! | anything else, in a column of TEXT affinity | text |
//! | `-?[0-9]+` | an integer |
//! | `-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?`, `inf`, `-inf` | a real |
//! | anything else | text |
//!
//! An integer must fit 64 bits, a real must be finite unless it is `inf` or `-inf`; hex digits come in pairs, in either
//! case. A cell that begins as one of the forms with an apostrophe and does not end as such is an error, not text.
//!
//! A writer gives each value its one **canonical cell**:
//!
//! | value | in a column of TEXT affinity | in any other |
//! |---|---|---|
//! | NULL | | |
//! | integer 7 | `i'7'` (does not occur in a healthy table) | `7` |
//! | real 0.1, 1, 10²⁰, -0 | `r'0.1'` | `0.1`, `1.0`, `1e20`, `-0.0` |
//! | blob of the bytes 0 and 255 | `x'00FF'` | `x'00FF'` |
//! | text `Bread` | `Bread` | `Bread` |
//! | text of no letters | `'` | `'` |
//! | text `=1+1` | `'=1+1` | `'=1+1` |
//! | text `7` | `7` | `'7` |
//! | text `007` | `'007` | `'007` |
//! | text `x'00'` | `'x'00'` | `'x'00'` |
//! | text `a`, NUL, `b` | `t'610062'` | `t'610062'` |
//!
//! - A real has the fewest digits that give the same 64 bits, always with a `.` or an `e`: as a decimal fraction from
//!   10⁻⁴ up to 10¹⁶, with an exponent (`1e16`, `5e-324`, `1.5e-7`) beyond. NaN is NULL, as in SQLite.
//! - Hex digits are capital.
//! - `t'…'` is for text that is not UTF-8, that holds a control character (Unicode category Cc) other than tab, LF and
//!   CR, or that begins with U+FEFF.
//! - Other text has the apostrophe before it where it is empty; begins with one of `=` `+` `-` `@` tab CR LF `'`, with
//!   U+FF1D, U+FF0B, U+FF0D or U+FF20 (the first four in full width), or with `x'` `t'` `i'` `r'`; consists of digits
//!   alone and begins with `0` or has more than 15 of them (a single `0` needs none); or would be read as a number, in
//!   a column without TEXT affinity.
//!
//! So no text begins as spreadsheets let a formula begin, and numbers are left alone.
//!
//! ## A `.lines` file
//!
//! Four bytes for each row, in the order of the rows: by them the rows that were changed are told. They are the first
//! four bytes of BLAKE3 over the row's cells, the rowid first where there is one: for each cell its length in bytes as
//! 64 bits, little end first, then its bytes. The cells are the canonical ones of the values that were read. A table
//! with more than 1,048,575 rows has no such file: no spreadsheet can hold it.
//!
//! ```
//! use omnicraft_host::archive::lines;
//! // The row `1,'=1+1,` of a table with three columns.
//! let cells: [&[u8]; 3] = [b"1", b"'=1+1", b""];
//! let bytes = b"\x01\0\0\0\0\0\0\0\x31\x05\0\0\0\0\0\0\0\x27=1+1\0\0\0\0\0\0\0\0";
//! assert_eq!(lines::digest(cells.into_iter()), blake3::hash(bytes).as_bytes()[..4]);
//! ```
//!
//! ## `manifest.json` of a CSV archive
//!
//! UTF-8 JSON of at most 64 MiB. All fields are there, and no others. `format` is to be looked at before anything else:
//! a reader that does not know it must stop.
//!
//! ```
//! # let manifest = r#"
//! {
//!   "kind": "csv",
//!   "format": 1,
//!   "app": "OmniCraft ERP",
//!   "written_by": "omnicraft 1.0.0",
//!   "taken_at": "2026-11-22T10:00:03+01:00[Europe/Berlin]",
//!   "workspace": {
//!     "id": "my-shop",
//!     "name": "My shop",
//!     "database": "my-shop.db",
//!     "schema": "business",
//!     "folder": ""
//!   },
//!   "facts": {
//!     "application_id": 1330466640,
//!     "user_version": 3,
//!     "schema_version": "20260301000000",
//!     "identity": "0199c0de-0000-7000-8000-000000000001",
//!     "fingerprint": "64 hex digits",
//!     "journal_mode": "wal",
//!     "page_size": 4096,
//!     "rows": { "sale": 2 },
//!     "foreign_key_violations": 0
//!   },
//!   "encoding": "UTF-8",
//!   "auto_vacuum": 0,
//!   "schema": [
//!     { "type": "table", "name": "sale", "table": "sale", "sql": "CREATE TABLE sale (what TEXT, price REAL)" }
//!   ],
//!   "tables": [
//!     {
//!       "name": "sale",
//!       "file": "0001_sale.csv",
//!       "lines": "0001_sale.lines",
//!       "rows": 2,
//!       "bytes": 48,
//!       "digest": "64 hex digits",
//!       "rowid": "rowid",
//!       "columns": [ { "name": "what", "declared": "TEXT" }, { "name": "price", "declared": "REAL" } ]
//!     }
//!   ]
//! }
//! # "#;
//! # use omnicraft_host::archive::manifest::Manifest;
//! # assert!(matches!(serde_json::from_str(manifest), Ok(Manifest::Csv(_))));
//! ```
//!
//! - `taken_at`: when the content was live, RFC 9557. `written_by`: for people.
//! - `workspace`: id, name, paths where it was exported, and the name of the app's schema that it follows, or null.
//! - `facts`: what verifying the database said. `application_id`, `user_version`, `page_size`: the pragmas.
//!   `schema_version` and `identity`: what the app's own tables say, or null. `fingerprint`: BLAKE3 over the normalised
//!   schema, for this program alone. `journal_mode`: of the live database. `rows`: of each table that is neither
//!   virtual nor a shadow.
//! - `encoding`, `auto_vacuum`: the pragmas. The CSV files are UTF-8 whatever the encoding is.
//! - `schema`: every `CREATE` statement that is needed, in the order in which they can be run: tables, virtual tables,
//!   indexes, views, triggers. Shadow tables are made by their virtual table, `sqlite_sequence` and `sqlite_stat1` by
//!   SQLite. A reader must not run them unless a person told it to trust the archive.
//! - `tables`: in the order of the files. `lines` is null where there is no such file. `rows` counts records after the
//!   first; `bytes` and `digest` (BLAKE3, hex) are of the CSV file. `rowid` is the name of the first column where that
//!   is the rowid, one of `rowid`, `_rowid_`, `oid`, else null. `columns` are the columns after it, with the declared
//!   type, which may be empty. A column's name may be any text, so the header alone cannot be trusted to tell columns
//!   apart.
//!
//! ## What is in it, and what is left out
//!
//! There is a file for every ordinary, `WITHOUT ROWID` and shadow table, and for `sqlite_sequence` where it exists.
//!
//! - Virtual tables have no rows of their own: their shadow tables carry them.
//! - Generated columns are computed again. Indexes, views and triggers are statements alone.
//! - `sqlite_stat1` and its like only make queries fast; `ANALYZE` gathers them again.
//! - A rowid is written unless a column is the rowid (`INTEGER PRIMARY KEY`). A table that has columns named `rowid`,
//!   `_rowid_` *and* `oid` hides its rowids from everybody, and may be given others.
//! - In a UTF-16 database, SQLite reads half a surrogate pair as U+FFFD; such text is not kept to the bit.
//!
//! ## How to make a database of it
//!
//! 1. Make an empty database with `encoding`, `page_size` and `auto_vacuum`, and in it the schema: of the app at
//!    `schema_version` or from `schema`, indexes and triggers last.
//! 2. Empty the shadow tables and `sqlite_sequence`, which the schema may have filled, and fill every table from its
//!    file: the rowid where there is one, and the columns by name, each cell bound as the type that it is. Triggers
//!    must not fire; foreign keys count only when all rows are there.
//! 3. Set `application_id` and `user_version`, make indexes and triggers, run `integrity_check` and
//!    `foreign_key_check`, compare the number of rows.
//!
//! ## A global archive
//!
//! `workspaces.json` is the registry of the home, with exactly the workspaces of the archive, in its order. A `.db`
//! member is one SQLite database, sealed: it needs no write-ahead log and no journal beside it. A `.zip` member is a
//! CSV archive of the same workspace and moment. All workspaces were copied while read transactions were held on every
//! one of them. The manifest has `"kind": "global"`, the fields `format`, `app`, `written_by` and `taken_at` as above,
//! and
//!
//! - `registry_digest`: BLAKE3 of `workspaces.json`, hex;
//! - `workspaces`: for each `workspace` and `facts` as above, `database` with `file`, `bytes` and `digest` (BLAKE3,
//!   hex) of the `.db` member, and `csv` with the same of the `.zip` member, or null.
//!
//! ## Limits that a reader must enforce
//!
//! Read the central directory before any member: names as above, none twice, exactly those that the manifest lists;
//! methods 0 and 8; regular files; local headers that agree with it; members that do not overlap and end before it.
//! While unpacking, count: never more bytes than the directory says, and no more than two hundred times the compressed
//! ones beyond 1 MiB. Compare size, CRC-32 and digest. Nothing is written to a path that an archive names.

/// The manifest, the last member.
pub const MANIFEST: &str = "manifest.json";
/// The page for people, the first member.
pub const README: &str = "README.txt";
/// The registry, in a global archive.
pub const REGISTRY: &str = "workspaces.json";

/// What a CSV file begins with: by it spreadsheets know that the text is UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// Files of tables or workspaces that an archive holds at most, because their number has four digits.
pub const MOST_FILES: usize = 9_999;
/// All files of an archive: two for each table or workspace, and README.txt, workspaces.json and manifest.json.
pub const MOST_MEMBERS: u64 = 2 * MOST_FILES as u64 + 3;
/// Bytes of a file in an archive at most.
pub const MOST_BYTES: u64 = 1 << 40;

/// How many times larger a member may become when it is unpacked; one that would is stored as it is. (A reader may
/// take twice that for an attack.)
pub const MAX_RATIO: u64 = 100;
/// Bytes up to which the ratio does not matter.
pub const RATIO_COUNTS_FROM: u64 = 1 << 20;

/// Rows that a spreadsheet can hold beside the line of column names; a table with more has no digests of its rows.
pub const SPREADSHEET_ROWS: u64 = 1_048_575;

/// How many bytes the file of this name may have. Those that are read into memory as a whole are small.
pub fn most_bytes(name: &str) -> u64 {
    match name {
        MANIFEST => 64 << 20,
        REGISTRY => 16 << 20,
        README => 1 << 20,
        _ => MOST_BYTES,
    }
}

/// The name of the n-th file (from 1) of a table or workspace: `0001_sales.csv`. The number makes it unique and no
/// device name; whatever the name says beyond `a` to `z`, `0` to `9` and `_` is left out.
pub fn member(number: usize, name: &str, extension: &str) -> String {
    let slug: String = name.chars().filter_map(safe).take(40).collect();
    format!("{number:04}_{slug}.{extension}")
}

fn safe(letter: char) -> Option<char> {
    match letter.to_ascii_lowercase() {
        letter @ ('a'..='z' | '0'..='9' | '_') => Some(letter),
        ' ' | '-' | '.' => Some('_'),
        _ => None,
    }
}
