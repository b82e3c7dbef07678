//! Who may depend on whom among our own packages, read from the manifests: core <- host <- leaves, erp beside host.

use super::Fault;
use super::tree::Tree;

pub(super) fn check(tree: &Tree, faults: &mut Vec<Fault>) {
    for file in tree.files() {
        let Some(package) = file.path.strip_suffix("/Cargo.toml") else { continue };
        let mut fault = |line, what| {
            let remedy = "turn the dependency round, or change the layers in xtask/src/tidy/layers.rs with a reason";
            faults.push(Fault { path: file.path.clone(), line, what, remedy });
        };
        let Some(allowed) = allowed(package) else {
            fault(1, format!("`{package}` has no layer"));
            continue;
        };
        for (line, name) in dependencies(file.text()) {
            let ours = name.strip_prefix("omnicraft-");
            if ours.is_some_and(|ours| !allowed.contains(&ours)) || package == "xtask" {
                fault(line, format!("`{package}` depends on `{name}`"));
            }
        }
    }
}

/// Which of our libraries a package may use, also in its tests.
fn allowed(package: &str) -> Option<&'static [&'static str]> {
    match package {
        // Built in a second on a fresh clone: no dependency at all.
        "core" | "xtask" => Some(&[]),
        "adapters/host" => Some(&["core"]),
        "adapters/erp" => Some(&["core", "host"]),
        "fixtures" => Some(&["core", "host", "erp"]),
        "harness" | "adapters/web" => Some(&["core", "host", "erp", "fixtures"]),
        // The binary serves the page, and the page is measured.
        "adapters/cli" | "benches" => Some(&["core", "host", "erp", "fixtures", "web"]),
        "harness/fuzz" => Some(&["harness"]),
        _ => None,
    }
}

/// Every name in a table of dependencies, with its line: `name = …`, `name.workspace = true`, `[dependencies.name]`.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut listing = false;
    for (number, line) in manifest.lines().enumerate() {
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_end_matches(']');
            listing = header.ends_with("dependencies");
            if let Some((_, name)) = header.split_once("dependencies.") {
                found.push((number + 1, name));
            }
        } else if listing && line.starts_with(char::is_alphabetic) {
            let name = line.split(['.', '=', ' ']).next().unwrap_or(line);
            found.push((number + 1, name));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::tests;
    use super::check as rules;

    fn check(path: &str, text: &str, expected: &[&str]) {
        tests::check(rules, &[(path, text)], expected);
    }

    #[test]
    fn dependencies_point_inwards() {
        check("adapters/host/Cargo.toml", "[dependencies]\nomnicraft-core.workspace = true\njiff = \"1\"\n", &[]);
        check(
            "core/Cargo.toml",
            "[package]\nname = \"omnicraft-core\"\n[dev-dependencies]\nomnicraft-host = { path = \"b\" }\n",
            &["core/Cargo.toml:4: `core` depends on `omnicraft-host`"],
        );
        check(
            "adapters/host/Cargo.toml",
            "[target.'cfg(unix)'.dependencies]\nomnicraft-erp.workspace = true\n[dependencies.omnicraft-cli]\n",
            &[
                "adapters/host/Cargo.toml:2: `adapters/host` depends on `omnicraft-erp`",
                "adapters/host/Cargo.toml:3: `adapters/host` depends on `omnicraft-cli`",
            ],
        );
        check(
            "xtask/Cargo.toml",
            "[dependencies]\nserde = \"1\"\n",
            &["xtask/Cargo.toml:2: `xtask` depends on `serde`"],
        );
        check("adapters/fax/Cargo.toml", "", &["adapters/fax/Cargo.toml:1: `adapters/fax` has no layer"]);
    }
}
