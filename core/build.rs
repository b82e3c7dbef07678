//! Makes cargo see a new migration: the macro that embeds them watches the files that it knows, not the folder.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
