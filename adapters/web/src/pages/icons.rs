//! Drawings of our own, in one place: each stands once in a page and is used by its name. They repeat what a word beside
//! them says, so that nobody depends on them.

use maud::{Markup, html};

/// Name and outline of each, on a square of 24.
const ALL: [(&str, &str); 20] = [
    ("logo", "M12 4a8 8 0 1 1-7.4 5M4 4v5h5M12 8v4l3 2"),
    ("safe", "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM8.5 12l2.5 2.5 4.5-5"),
    ("risk", "M12 4l9 16H3zM12 10v4M12 17v.5"),
    ("unsafe", "M8.5 3h7L21 8.5v7L15.5 21h-7L3 15.5v-7zM12 7.5v5.5M12 16v.5"),
    ("tip", "M9 18h6M10 21h4M12 3a6 6 0 0 0-3.5 10.9V16h7v-2.100A6 6 0 0 0 12 3z"),
    ("day", "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4"),
    ("door", "M5 21V4h10v17M3 21h18M12 12v1M18 8v13"),
    ("shield", "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z"),
    ("hand", "M4 8h4l2-3h4l2 3h4v11H4zM12 10.500a3 3 0 1 0 .1 0"),
    ("pin", "M9 3h6l-1 6 3 4H7l3-4zM12 13v8"),
    ("broken", "M4 4h16v16H4zM13 4l-3 6 4 3-3 7"),
    ("box", "M3 7l9-4 9 4v10l-9 4-9-4zM3 7l9 4 9-4M12 11v10"),
    ("disk", "M4 6c0-4 16-4 16 0v12c0 4-16 4-16 0zM4 6c0 4 16 4 16 0M4 12c0 4 16 4 16 0"),
    ("undo", "M8 5L4 9l4 4M4 9h10a5.500 5.500 0 0 1 0 11H9"),
    ("export", "M12 15V4M8 8l4-4 4 4M4 14v6h16v-6"),
    ("import", "M12 4v11M8 11l4 4 4-4M4 14v6h16v-6"),
    ("gear", "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4"),
    ("next", "M9 5l7 7-7 7"),
    ("previous", "M15 5l-7 7 7 7"),
    ("erase", "M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14M10 11v6M14 11v6"),
];

/// All drawings, for the beginning of a page.
pub(crate) fn sprite() -> Markup {
    html! {
        svg class="sprite" aria-hidden="true" focusable="false" width="0" height="0" {
            @for (name, outline) in ALL {
                symbol id=(format!("i-{name}")) viewBox="0 0 24 24" { path d=(outline); }
            }
        }
    }
}

/// One of them.
pub(crate) fn icon(name: &str) -> Markup {
    html! { svg class="icon" aria-hidden="true" focusable="false" { use href=(format!("#i-{name}")) {} } }
}
