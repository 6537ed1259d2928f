//! `schema`.

use headcount::{Audience, Filter};

use crate::headcount;

#[test]
fn the_schema_is_the_librarys() {
    for (arguments, expected) in [
        ("schema", Filter::json_schema()),
        ("schema filter", Filter::json_schema()),
        ("schema audience", Audience::json_schema()),
    ] {
        assert_eq!(headcount(arguments).json(), expected, "{arguments}");
    }
    let printed = headcount("schema").stdout();
    assert!(printed.starts_with("{\n  \"$defs\": {\n") && printed.ends_with("\n}\n"), "{printed}");
}
