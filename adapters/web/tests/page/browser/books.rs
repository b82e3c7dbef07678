//! The books under the page, as the test sees and spoils them beside it: as the app would, from another process.

use std::path::PathBuf;

use rusqlite::Connection;

use crate::server::Server;

/// The live database of the business.
pub(crate) fn live(server: &Server) -> PathBuf {
    server.home().join("my-workshop.db")
}

/// How many rows a table has now.
pub(crate) fn rows(server: &Server, table: &str) -> u64 {
    let connection = Connection::open(live(server)).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0)).unwrap()
}

/// Somebody deletes the last sales by mistake, and renames a client.
pub(crate) fn spoil(server: &Server, sales: u64) {
    let connection = Connection::open(live(server)).unwrap();
    let last = format!("(SELECT id FROM sales ORDER BY id DESC LIMIT {sales})");
    let sql = format!(
        "DELETE FROM cash_operations WHERE sale_id IN {last};
         DELETE FROM sale_lines WHERE sale_id IN {last};
         DELETE FROM sales WHERE id IN {last};
         UPDATE clients SET name = 'Somebody Else' WHERE id = (SELECT min(id) FROM clients);"
    );
    connection.execute_batch(&sql).unwrap();
}
