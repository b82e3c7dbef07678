//! A page over a thousand backups is light and quick.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::Request;
use jiff::ToSpan;
use omnicraft_core::change::Change;

use crate::ctx::Ctx;
use crate::pages::home;
use crate::pages::sample::{Sample, now, snapshot};

/// All that the first look at a page loads, in bytes.
const LIMIT: usize = 150_000;
/// So many milliseconds may a page take, in a build without optimisation on a machine that has other work.
const PATIENCE: u128 = 200;

/// The present state with a thousand backups, several a day, of every kind.
fn full(ctx: &Ctx) -> Ctx {
    let slots = ["auto_daily", "auto_weekly", "auto_monthly", "auto_close_2", "auto_before_restore", "manual"];
    let mut known = (*ctx.known).clone();
    for id in 1..=1000_u64 {
        let taken = now().checked_sub(i64::try_from(1000 - id).unwrap().hours() * 5).unwrap();
        let base = slots[usize::try_from(id).unwrap() % slots.len()];
        let slot = format!("{base}_{}_{}", taken.date(), id + 1);
        let base = if base == "auto_close_2" { base.to_owned() } else { slot };
        known.state.apply(&Change::SnapshotPut(Box::new(snapshot(id, &base, &taken.to_string()))));
    }
    let mut ctx = ctx.clone();
    ctx.known = Arc::new(known);
    ctx
}

#[test]
fn a_thousand_backups_are_light_and_quick() {
    let mut sample = Sample::business();
    let site = sample.site();
    let (mut parts, ()) = Request::get("/w/shop").header("accept-language", "ru").body(()).unwrap().into_parts();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let ctx = full(&runtime.block_on(Ctx::from_request_parts(&mut parts, &site)).unwrap());
    let clock = site.desk.ports().clock;
    let mut took = Vec::new();
    let mut page = String::new();
    for _ in 0..5 {
        let begun = clock.monotonic();
        let asked = Query(home::Asked::default());
        page = runtime.block_on(home::show(ctx.clone(), Path("shop".to_owned()), asked)).unwrap().into_string();
        took.push((clock.monotonic() - begun).as_millis());
    }
    let assets = ["page.css", "page.js", "live.js"].map(|name| sample.get(&format!("/assets/{name}"), "").len());
    println!("page {} bytes, assets {assets:?}, {took:?} ms", page.len());
    assert_eq!(page.matches("<article").count(), 40);
    assert!(page.len() + assets.iter().sum::<usize>() < LIMIT, "{} and {assets:?}", page.len());
    assert!(took.iter().min() < Some(&PATIENCE), "{took:?} ms");
}
