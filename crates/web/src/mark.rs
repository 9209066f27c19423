//! The mark in the margin of a sentence: its state, and its last days as a small picture.

use std::fmt::Write;

/// Pixels from one day of a strip to the next; a bar is four wide.
const STEP: usize = 6;

/// Returns the word of a state as a page's class: `kept`, `stale`, `broken`, `off`, or `open`
/// for anything else.
#[must_use]
pub fn state_word(word: impl AsRef<str>) -> &'static str {
    match word.as_ref() {
        "kept" => "kept",
        "stale" => "stale",
        "broken" => "broken",
        "off" => "off",
        _ => "open",
    }
}

/// The last days of a promise: counted for the text, drawn as one path per state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Strip {
    /// Days shown.
    pub days: usize,
    /// Days on which it held.
    pub kept: usize,
    /// Days on which the check was overdue.
    pub stale: usize,
    /// Days on which it did not hold.
    pub broken: usize,
    /// Days without a result.
    pub none: usize,
    /// Class and outline of what is drawn, by state.
    pub paths: Vec<(&'static str, String)>,
}

impl Strip {
    /// Draws the words of the last days, oldest first; any other word is a day without a result.
    #[must_use]
    pub fn of<W: AsRef<str>>(words: impl AsRef<[W]>) -> Self {
        let words = words.as_ref();
        let mut strip = Self { days: words.len(), ..Self::default() };
        for (day, word) in words.iter().enumerate() {
            let (class, top, count) = match word.as_ref() {
                "kept" => ("kept", 9, &mut strip.kept),
                "stale" => ("stale", 5, &mut strip.stale),
                "broken" => ("broken", 0, &mut strip.broken),
                _ => ("none", 14, &mut strip.none),
            };
            *count += 1;
            strip.draw(class, day * STEP, top);
        }
        strip
    }

    /// Returns the width of the picture in its own units.
    #[must_use]
    pub const fn width(&self) -> usize {
        (self.days * STEP).saturating_sub(2)
    }

    fn draw(&mut self, class: &'static str, left: usize, top: usize) {
        // A hollow bar is drawn on its outline; half a unit inside keeps it within its day.
        let outline = match class {
            "stale" => format!("M{left}.6 {top}.6h2.8v{}.8h-2.8z", 15 - top - 1),
            _ => format!("M{left} {top}h4v{}h-4z", 16 - top),
        };
        match self.paths.iter_mut().find(|(drawn, _)| *drawn == class) {
            Some((_, path)) => {
                write!(path, "{outline}").expect("writing to a string cannot fail");
            }
            None => self.paths.push((class, outline)),
        }
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;

    #[test]
    fn every_day_is_counted_and_drawn_once() {
        let strip = Strip::of(["kept", "kept", "stale", "broken", "", "whatever"]);
        assert_eq!(
            (strip.days, strip.kept, strip.stale, strip.broken, strip.none),
            (6, 2, 1, 1, 2)
        );
        let bars = |class| {
            let path = strip.paths.iter().find(|(drawn, _)| *drawn == class);
            path.map_or(0, |(_, path)| path.matches('M').count())
        };
        assert_eq!((bars("kept"), bars("stale"), bars("broken"), bars("none")), (2, 1, 1, 2));
        assert_eq!(Strip::of(Vec::<String>::new()), Strip::default());
    }

    #[derive(Template)]
    #[template(
        ext = "html",
        source = r#"{% import "parts/mark.html" as mark %}{% call mark::mark(state, when, fact, repeat, strip) %}{% endcall %}"#
    )]
    struct Margin {
        state: String,
        when: String,
        fact: &'static str,
        repeat: &'static str,
        strip: Vec<&'static str>,
    }

    fn margin(state: &str, fact: &'static str, strip: Vec<&'static str>) -> String {
        let margin = Margin {
            state: state.to_owned(),
            when: "2 minutes ago".to_owned(),
            fact,
            repeat: "",
            strip,
        };
        margin.render().expect("it renders")
    }

    #[test]
    fn the_margin_says_the_state_in_words_and_signs() {
        let page = margin("kept", "0 of 9 <rows> too old.", vec!["none", "stale", "kept"]);
        insta::assert_snapshot!(page, @r##"
    <div class="mark kept">
    <p><span class="state kept"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="m3 8.5 3.5 3.5L13 4.5"/></svg>holds now</span> <span class="when">2 minutes ago</span></p>
    <p class="fact">0 of 9 &#60;rows&#62; too old.</p>
    <div class="days"><svg class="strip" viewBox="0 0 16 16" role="img"><title>3 days: held on 1, check overdue on 1, did not hold on 0, no result on 1</title><path class="none" d="M0 14h4v2h-4z"/><path class="stale" d="M6.6 5.6h2.8v9.8h-2.8z"/><path class="kept" d="M12 9h4v7h-4z"/></svg><span aria-hidden="true">3 days</span></div>
    </div>
    "##);
    }

    #[test]
    fn each_state_has_its_own_words() {
        for (state, words) in [
            ("kept", "holds now"),
            ("stale", "check overdue"),
            ("broken", "does not hold"),
            ("open", "not built yet"),
            ("off", "not offered here"),
        ] {
            let page = margin(state, "", vec![]);
            assert!(page.contains(&format!("</svg>{words}</span>")), "{page}");
            assert!(!page.contains("class=\"strip\""), "an empty strip is left out");
        }
    }
}
