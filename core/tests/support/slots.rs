//! Any slot that a snapshot can hold, and any date that a file name can carry.

use jiff::civil::Date;
use omnicraft_core::model::{Act, Base, Slot, Tier};
use proptest::prelude::*;

/// A date with a year of four digits, as every clock of a shop shows it.
fn date() -> impl Strategy<Value = Date> {
    (1..=9999_i16, 1..=12_i8, 1..=28_i8).prop_map(|(year, month, day)| Date::constant(year, month, day))
}

/// A base whose file may carry no date.
fn dateless() -> impl Strategy<Value = Base> {
    prop_oneof![
        prop::sample::select(&Tier::ALL).prop_map(Base::Tier),
        (1..=u8::MAX).prop_map(Base::Close),
        prop::sample::select(&Act::ALL).prop_map(Base::Before),
    ]
}

/// A slot: the plain names of the manual, and dated ones with any number.
pub(crate) fn slot() -> impl Strategy<Value = Slot> {
    let always_dated = prop::sample::select(&[Base::Manual, Base::Kept, Base::Damaged]);
    let number = prop_oneof![3 => 1..=3_u32, 1 => any::<u32>()];
    let dated = (prop_oneof![dateless(), always_dated], date(), number);
    prop_oneof![
        dateless().prop_map(Slot::plain),
        dated.prop_map(|(base, date, number)| Slot::dated(base, date, number)),
    ]
}
