//! Any bytes as the CSV file of a table.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    omnicraft_harness::fuzz::csv(bytes);
});
