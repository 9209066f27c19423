//! What a person reads of a page or a reply, line by line.

use serde_json::Value;

/// Tags within a line: their ends do not end it.
const INLINE: [&str; 13] =
    ["a", "abbr", "b", "code", "em", "i", "q", "small", "span", "strong", "sub", "sup", "time"];
/// Attributes that are read out, or shown.
const SPOKEN: [&str; 5] = ["alt", "aria-label", "content", "placeholder", "title"];

/// Returns the lines of a page: its text without tags, and what its pictures are said to show.
pub(super) fn lines(page: &str) -> Vec<String> {
    read(page, true)
}

/// Returns what a page or a reply says in words: its lines without the names by which programs
/// know things. A page marks them with the class `id` or `name`; in JSON they are values without a space.
pub(super) fn said(page: &str) -> Vec<String> {
    if page.trim_start().starts_with('<') {
        return read(page, false);
    }
    let Ok(json) = serde_json::from_str(page) else {
        return page.lines().map(str::to_owned).collect();
    };
    let mut strings = Vec::new();
    gather(json, &mut strings);
    strings.retain(|text| text.contains(' ') || !text.contains(['-', '_', '.']));
    strings
}

fn gather(json: Value, strings: &mut Vec<String>) {
    match json {
        Value::String(text) => strings.push(text),
        Value::Array(values) => values.into_iter().for_each(|value| gather(value, strings)),
        Value::Object(fields) => {
            for (key, value) in fields {
                strings.push(key);
                gather(value, strings);
            }
        }
        _ => {}
    }
}

fn read(page: &str, names: bool) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut aside = Vec::new();
    let mut rest = page;
    while !rest.is_empty() {
        let (text, tag) = rest.split_once('<').unwrap_or((rest, ""));
        if let Some(line) = lines.last_mut() {
            line.push_str(text);
        }
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap_or_default();
        if !INLINE.contains(&name) {
            lines.push(String::new());
        }
        aside.extend(SPOKEN.iter().filter_map(|spoken| attribute(tag, spoken)).map(str::to_owned));
        let is_name = attribute(tag, "class")
            .is_some_and(|class| class.split(' ').any(|c| matches!(c, "id" | "name")));
        rest = match after.split_once(&format!("</{name}>")) {
            Some((_, after)) if is_name && !names => after,
            _ => after,
        };
    }
    lines.extend(aside);
    let plain = |line: &String| unescaped(line).split_whitespace().collect::<Vec<_>>().join(" ");
    lines.iter().map(plain).filter(|line| !line.is_empty()).collect()
}

/// Returns where a page's links lead on this server, without their fragments.
pub(super) fn links(page: &str) -> Vec<String> {
    let tags = page.split('<').filter(|tag| tag.starts_with("a "));
    let links = tags.filter_map(|tag| attribute(tag.split('>').next()?, "href"));
    let own = links.filter(|link| link.starts_with('/') && !link.starts_with("//"));
    let whole = own.map(unescaped);
    whole.map(|link| link.split('#').next().unwrap_or_default().to_owned()).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    value.split('"').next()
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut parts = text.split('&');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match part.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest))) {
            Some((character, rest)) => {
                plain.push(character);
                plain.push_str(rest);
            }
            None => {
                plain.push('&');
                plain.push_str(part);
            }
        }
    }
    plain
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_a_person_reads_it() {
        for (page, expected) in [
            ("<h1>One <em>line</em>,\n still</h1><p>two</p>", vec!["One line, still", "two"]),
            ("<p>It&#39;s &lt;b&gt; &amp; &#x41;&nope;</p>", vec!["It's <b> & A&nope;"]),
            ("<svg role=\"img\" aria-label=\"30 days\"/>", vec!["30 days"]),
            ("<p class=\"hidden words\">seen</p>", vec!["seen"]),
            ("", vec![]),
        ] {
            assert_eq!(lines(page), expected, "{page}");
        }
    }

    #[test]
    fn names_of_programs_are_not_what_is_said() {
        let page =
            "<p>A <span class=\"small id\">good-name</span> is <b class=\"idle\">rare</b></p>";
        assert_eq!(said(page), ["A is rare"]);
        assert_eq!(lines(page), ["A good-name is rare"]);
        let json =
            r#"{"ping": "good-name", "word": "rare", "note": ["It's \"good-name\", still"]}"#;
        assert_eq!(said(json), ["note", "It's \"good-name\", still", "ping", "word", "rare"]);
        assert_eq!(said("as it\nis"), ["as it", "is"]);
    }

    #[test]
    fn only_links_to_this_server_are_followed() {
        let page = "<a href=\"/a#b\">1</a><a class=\"c\" href=\"//d\">2</a><a href=\"https://e\">3</a>\
                    <link href=\"/f\"><a href=\"/g?h=1&#38;i\">4</a>";
        assert_eq!(links(page), ["/a", "/g?h=1&i"]);
    }
}
