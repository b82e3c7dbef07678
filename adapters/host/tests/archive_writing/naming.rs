//! Whatever a table is called, the names in the archive are harmless and different.

use std::collections::BTreeSet;

use expect_test::expect;
use omnicraft_host::archive::layout;

use crate::support::archive;

#[test]
fn no_name_leads_anywhere() {
    let names =
        ["../../x", "CON", "a\nb", "C:\\w.txt", "/etc/passwd", "日本", "", "Nul.txt", "a b-c.d", "x\u{202E}fdp.exe"];
    let long = "long".repeat(30);
    let sql: String = names
        .into_iter()
        .chain([long.as_str()])
        .map(|name| format!("CREATE TABLE \"{name}\" (a); INSERT INTO \"{name}\" VALUES (1);"))
        .collect();
    let archive = archive(&sql);
    let shown: Vec<_> = archive.manifest().tables.into_iter().map(|t| format!("{:?} {}", t.name, t.file)).collect();
    expect![[r#"
        "" 0001_.csv
        "../../x" 0002_____x.csv
        "/etc/passwd" 0003_etcpasswd.csv
        "C:\\w.txt" 0004_cw_txt.csv
        "CON" 0005_con.csv
        "Nul.txt" 0006_nul_txt.csv
        "a\nb" 0007_ab.csv
        "a b-c.d" 0008_a_b_c_d.csv
        "longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong" 0009_longlonglonglonglonglonglonglonglonglong.csv
        "x\u{202e}fdp.exe" 0010_xfdp_exe.csv
        "日本" 0011_.csv"#]].assert_eq(&shown.join("\n"));
    let inside = archive.names();
    assert_eq!((inside[0].as_str(), inside.last().unwrap().as_str()), ("README.txt", "manifest.json"));
    assert_eq!(inside.len(), 2 * shown.len() + 2);
}

#[test]
fn five_thousand_tables() {
    let sql: String = (0..5_000).map(|n| format!("CREATE TABLE t{n} (a); INSERT INTO t{n} VALUES ({n});")).collect();
    let archive = archive(&sql);
    let names = archive.names();
    assert_eq!(names.len(), 10_002);
    assert_eq!(names.iter().map(|name| name.to_lowercase()).collect::<BTreeSet<_>>().len(), 10_002);
    assert_eq!(archive.csv("t4321"), "rowid,a\n1,4321\n");
}

#[test]
fn numbers_keep_equal_names_apart() {
    let shown = [(1, "Sales", "csv"), (2, "SALES", "csv"), (30, "", "lines"), (9_999, "shop-2", "db")]
        .map(|(number, name, extension)| layout::member(number, name, extension));
    assert_eq!(shown, ["0001_sales.csv", "0002_sales.csv", "0030_.lines", "9999_shop_2.db"]);
}
