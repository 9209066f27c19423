//! Why somebody may look at single pings.

use candor_inventory::reasons::says_nothing;
use candor_kernel::limits;

/// The shortest reason that says something.
const REASON_CHARS_MIN: usize = 10;

/// Returns a reason that says something, trimmed, or what to write instead.
pub(crate) fn reason(text: &str) -> Result<&str, String> {
    let text = text.trim();
    let long = text.chars().count();
    let fits = (REASON_CHARS_MIN..=limits::RAW_READ_REASON_CHARS).contains(&long);
    if !fits || says_nothing(text) || text.chars().any(char::is_control) {
        return Err(format!(
            "Say why you look at single pings, in {REASON_CHARS_MIN} to {} characters. The reason is \
             public, with your name, for 400 days.",
            limits::RAW_READ_REASON_CHARS
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something_in_one_line() {
        let most = "because ".repeat(25);
        assert_eq!(reason("  A person asked what we hold. "), Ok("A person asked what we hold."));
        assert_eq!(reason(&most), Ok(most.trim()));
        for wrong in
            ["", "   ", "look", "It may be useful.", "first\nsecond line", &"x".repeat(201)]
        {
            assert!(reason(wrong).is_err_and(|why| why.starts_with("Say why")), "{wrong:?}");
        }
    }
}
