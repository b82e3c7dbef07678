//! Makes a new migration folder count as a change: `embed_migrations!` alone does not see one.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
