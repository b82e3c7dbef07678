//! SQLite's order of values, in Rust: NULL, then numbers, then text, then blobs; text and blobs by their bytes.

use std::cmp::Ordering;

use rusqlite::types::ValueRef;

/// How SQLite orders two values under `COLLATE BINARY` in a UTF-8 database.
pub(super) fn compare(left: ValueRef<'_>, right: ValueRef<'_>) -> Ordering {
    use ValueRef::{Blob, Integer, Real, Text};
    match (left, right) {
        (Integer(left), Integer(right)) => left.cmp(&right),
        // SQLite stores no NaN, and takes the two zeros for one.
        (Real(left), Real(right)) => left.partial_cmp(&right).unwrap_or(Ordering::Equal),
        (Integer(left), Real(right)) => integer_with_real(left, right),
        (Real(left), Integer(right)) => integer_with_real(right, left).reverse(),
        (Text(left), Text(right)) | (Blob(left), Blob(right)) => left.cmp(right),
        (left, right) => rank(left).cmp(&rank(right)),
    }
}

fn rank(value: ValueRef<'_>) -> u8 {
    match value {
        ValueRef::Null => 0,
        ValueRef::Integer(_) | ValueRef::Real(_) => 1,
        ValueRef::Text(_) => 2,
        ValueRef::Blob(_) => 3,
    }
}

/// Exact where a conversion of the integer would round, beyond 2⁵³.
fn integer_with_real(integer: i64, real: f64) -> Ordering {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if real >= BEYOND {
        return Ordering::Less;
    }
    if real < -BEYOND {
        return Ordering::Greater;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the real is in range, and its fraction is compared next")]
    let whole = real.trunc() as i64;
    integer.cmp(&whole).then_with(|| 0.0.partial_cmp(&real.fract()).unwrap_or(Ordering::Equal))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::Connection;
    use rusqlite::types::Value;

    use super::*;

    /// SQLite is the judge.
    fn check(left: &Value, right: &Value) {
        let connection = Connection::open_in_memory().expect("open");
        let sql = "SELECT CASE WHEN ?1 IS ?2 THEN 0 WHEN ?1 IS NULL THEN -1 WHEN ?2 IS NULL THEN 1 \
                   WHEN ?1 < ?2 THEN -1 ELSE 1 END";
        let expected: i64 = connection.query_row(sql, [left, right], |row| row.get(0)).expect("compare");
        let ours = compare(ValueRef::from(left), ValueRef::from(right)) as i64;
        assert_eq!(ours, expected, "{left:?} with {right:?}");
    }

    fn value() -> impl Strategy<Value = Value> {
        let edges = [i64::MIN, i64::MIN + 1, -1, 0, 1, (1 << 53) - 1, 1 << 53, (1 << 53) + 1, i64::MAX - 1, i64::MAX];
        let integers = prop::sample::select(edges.to_vec());
        prop_oneof![
            Just(Value::Null),
            integers.clone().prop_map(Value::Integer),
            any::<i64>().prop_map(Value::Integer),
            #[expect(clippy::cast_precision_loss, reason = "reals beside the integers are wanted")]
            integers.prop_map(|integer| Value::Real(integer as f64)),
            any::<f64>().prop_filter("SQLite makes NULL of NaN", |real| !real.is_nan()).prop_map(Value::Real),
            (-3..3_i32).prop_map(|half| Value::Real(f64::from(half) / 2.0)),
            "[a-cA-C\u{0}é😀]{0,3}".prop_map(Value::Text),
            prop::collection::vec(any::<u8>(), 0..3).prop_map(Value::Blob),
        ]
    }

    proptest! {
        #[test]
        fn the_order_is_sqlites(left in value(), right in value()) {
            check(&left, &right);
        }
    }
}
