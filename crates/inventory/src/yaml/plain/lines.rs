//! The lines of a document, without those that are blank or comments.

/// One line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    /// Its number, from 1.
    pub(super) number: usize,
    /// How many blanks it begins with.
    pub(super) indent: usize,
    /// What follows them, without blanks at its end.
    pub(super) content: &'t str,
    /// The same, with them.
    pub(super) whole: &'t str,
}

/// Lines in order.
pub(super) struct Lines<'t> {
    all: Vec<Line<'t>>,
    at: usize,
}

impl<'t> Lines<'t> {
    /// Splits a text; none where it holds signs that need a closer look, more than one document, or
    /// no line break at its end.
    pub(super) fn of(text: &'t str) -> Option<Self> {
        let text = text.strip_suffix('\n')?;
        let mut all: Vec<Line<'_>> = Vec::with_capacity(text.len() / 24);
        let mut begun = false;
        for (index, line) in text.split('\n').enumerate() {
            line.bytes()
                .all(|b| (b' '..0x7f).contains(&b))
                .then_some(())
                .or_else(|| signs(line))?;
            let content = line.trim_start_matches(' ');
            let indent = line.len() - content.len();
            let trimmed = content.trim_end_matches(' ');
            let marks = indent == 0 && ["---", "...", "%"].iter().any(|it| line.starts_with(it));
            if marks {
                // Only a mark at the very beginning is plain.
                let first = !begun && all.iter().all(Line::is_passed_by);
                (first && trimmed == "---").then_some(())?;
                begun = true;
                continue;
            }
            all.push(Line { number: index + 1, indent, content: trimmed, whole: content });
        }
        Some(Self { all, at: 0 })
    }

    /// Returns the next line that says something.
    pub(super) fn peek(&mut self) -> Option<&Line<'t>> {
        while self.all.get(self.at).is_some_and(Line::is_passed_by) {
            self.at += 1;
        }
        self.all.get(self.at)
    }

    /// Takes the next line that says something: none inside where it stands further to the left, and
    /// none at all where it stands further to the right.
    pub(super) fn next_at(&mut self, indent: usize) -> Option<Option<Line<'t>>> {
        let Some(line) = self.peek().copied().filter(|line| line.indent >= indent) else {
            return Some(None);
        };
        self.at += 1;
        (line.indent == indent).then_some(Some(line))
    }

    /// Returns the very next line, blank or not, without taking it.
    pub(super) fn raw(&self) -> Option<Line<'t>> {
        self.all.get(self.at).copied()
    }

    /// Takes the very next line.
    pub(super) fn pass(&mut self) {
        self.at += 1;
    }
}

impl Line<'_> {
    pub(super) fn is_blank(&self) -> bool {
        self.content.is_empty()
    }

    fn is_passed_by(&self) -> bool {
        self.is_blank() || self.content.starts_with('#')
    }
}

/// Looks at a line that is not plain ASCII: letters of any language are fine; what ends lines,
/// controls or marks the order of bytes is left to the parser.
fn signs(line: &str) -> Option<()> {
    let fine = |c: char| match c {
        ' '..='~' => true,
        '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\u{2028}' | '\u{2029}' => false,
        c => c > '\u{a0}' && !c.is_whitespace() && !c.is_control(),
    };
    line.chars().all(fine).then_some(())
}
