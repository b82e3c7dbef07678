//! The tables as diesel sees them, printed from what the migrations produce: a test compares, and `UPDATE_EXPECT=1`
//! rewrites this file. Integers are 64 bits wide, because diesel cuts a wider number down to 32 without an error.

diesel::table! {
    counters (id) {
        id -> BigInt,
        next_snapshot -> BigInt,
        next_operation -> BigInt,
        seal -> BigInt,
    }
}

diesel::table! {
    journal (position) {
        position -> BigInt,
        at -> Text,
        zone -> Text,
        workspace -> Nullable<Text>,
        moment -> Text,
        ending -> Text,
        text -> Text,
        seal -> BigInt,
    }
}

diesel::table! {
    operation (id) {
        id -> BigInt,
        content -> Text,
        seal -> BigInt,
    }
}

diesel::table! {
    policy (id) {
        id -> BigInt,
        daily -> BigInt,
        weekly -> BigInt,
        monthly -> BigInt,
        yearly -> BigInt,
        safeguards -> BigInt,
        manual -> BigInt,
        ring -> BigInt,
        budget -> BigInt,
        undo_depth -> BigInt,
        seal -> BigInt,
    }
}

diesel::table! {
    snapshots (id) {
        id -> BigInt,
        workspace -> Text,
        slot -> Text,
        trigger -> Text,
        taken_at -> Text,
        zone -> Text,
        digest -> Text,
        size -> BigInt,
        modified -> BigInt,
        inode -> BigInt,
        device -> BigInt,
        level -> Text,
        pin -> Nullable<Text>,
        facts -> Text,
        suspect -> Nullable<Text>,
        seal -> BigInt,
        looked_at -> Nullable<Text>,
    }
}

diesel::table! {
    undo_points (position) {
        position -> BigInt,
        workspace -> Text,
        safeguard -> Nullable<BigInt>,
        source -> Text,
        seal -> BigInt,
        operation -> Nullable<BigInt>,
    }
}

diesel::table! {
    workspaces (position) {
        position -> BigInt,
        workspace -> Text,
        name -> Text,
        database -> Text,
        schema -> Nullable<Text>,
        folder -> Text,
        identity -> Nullable<Text>,
        frozen -> Nullable<Text>,
        cliff_expected -> BigInt,
        unchanged_size -> Nullable<BigInt>,
        unchanged_modified -> Nullable<BigInt>,
        unchanged_inode -> Nullable<BigInt>,
        unchanged_device -> Nullable<BigInt>,
        seal -> BigInt,
    }
}
