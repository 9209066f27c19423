//! Texts behind `|`, which keeps line breaks, and `>`, which makes blanks of them.

use super::lines::Lines;

/// Reads a text; `indent` is the column of the name or dash that it belongs to.
pub(super) fn read(header: &str, lines: &mut Lines<'_>, indent: usize) -> Option<String> {
    let (folded, end) = match header {
        "|" => (false, "\n"),
        "|-" => (false, ""),
        ">" => (true, "\n"),
        ">-" => (true, ""),
        _ => return None,
    };
    let first = lines.raw().filter(|first| !first.is_blank() && first.indent > indent)?;
    let mut text = String::new();
    let mut breaks = 0;
    while let Some(line) = lines.raw() {
        if line.is_blank() {
            // Blanks beyond the text's column would be a part of it.
            (line.indent <= first.indent).then_some(())?;
            breaks += 1;
            lines.pass();
            continue;
        }
        if line.indent < first.indent {
            // Between the text and the name it belongs to, nothing may stand.
            (line.indent <= indent).then_some(())?;
            break;
        }
        // Folding treats lines that begin with blanks otherwise.
        (!folded || line.indent == first.indent).then_some(())?;
        if !text.is_empty() {
            match (folded, breaks) {
                (true, 1) => text.push(' '),
                (true, breaks) => (1..breaks).for_each(|_| text.push('\n')),
                (false, breaks) => (0..breaks).for_each(|_| text.push('\n')),
            }
        }
        (first.indent..line.indent).for_each(|_| text.push(' '));
        text.push_str(line.whole);
        breaks = 1;
        lines.pass();
    }
    text.push_str(end);
    Some(text)
}
