//! SPDX licence expressions (SPDX 2.3, annex D): `OR`, `AND`, `WITH` and parentheses, and the `/`
//! that older packages write for `OR`.

/// Tells whether somebody who accepts only these licences may use what stands under this one.
pub(super) fn satisfied(expression: &str, allowed: &[String]) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut reader = Reader { words: spaced.split_whitespace().collect(), next: 0, allowed };
    let satisfied = reader.any()?;
    match reader.peek() {
        None => Ok(satisfied),
        Some(word) => Err(format!("{word:?} stands where AND, OR or the end was expected")),
    }
}

struct Reader<'a> {
    words: Vec<&'a str>,
    next: usize,
    allowed: &'a [String],
}

/// `WITH` binds closest, then `AND`, then `OR`.
impl<'a> Reader<'a> {
    fn any(&mut self) -> Result<bool, String> {
        let mut satisfied = self.all()?;
        while self.take("OR") {
            satisfied |= self.all()?;
        }
        Ok(satisfied)
    }

    fn all(&mut self) -> Result<bool, String> {
        let mut satisfied = self.one()?;
        while self.take("AND") {
            satisfied &= self.one()?;
        }
        Ok(satisfied)
    }

    fn one(&mut self) -> Result<bool, String> {
        if self.take("(") {
            let satisfied = self.any()?;
            return if self.take(")") { Ok(satisfied) } else { Err("a `)` is missing".into()) };
        }
        let mut licence = self.name()?.to_owned();
        if self.take("WITH") {
            licence = format!("{licence} WITH {}", self.name()?);
        }
        Ok(self.allowed.contains(&licence))
    }

    fn name(&mut self) -> Result<&'a str, String> {
        let word = self.peek().ok_or("it ends too early")?;
        if matches!(word, "AND" | "OR" | "WITH" | "(" | ")") {
            return Err(format!("{word:?} stands where a name was expected"));
        }
        self.next += 1;
        Ok(word)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(word);
        self.next += usize::from(found);
        found
    }

    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.next).copied()
    }
}

#[cfg(test)]
mod tests {
    fn satisfied(expression: &str) -> Result<bool, String> {
        let allowed = ["MIT", "ISC", "Zlib WITH note"].map(String::from);
        super::satisfied(expression, &allowed)
    }

    #[test]
    fn expressions_are_weighed() {
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("GPL-3.0 OR MIT", true),
            ("GPL-3.0/MIT", true),
            ("GPL-3.0 / BSD-2-Clause", false),
            ("MIT AND ISC", true),
            ("MIT AND GPL-3.0", false),
            ("MIT OR ISC AND GPL-3.0", true),
            ("(MIT OR ISC) AND GPL-3.0", false),
            ("GPL-3.0 AND ISC OR MIT", true),
            ("GPL-3.0 AND (ISC OR MIT)", false),
            ("((MIT))", true),
            ("Zlib", false),
            ("Zlib WITH note", true),
            ("MIT WITH note", false),
            ("Zlib WITH note AND MIT", true),
        ] {
            assert_eq!(satisfied(expression), Ok(expected), "{expression}");
        }
    }

    #[test]
    fn what_is_no_expression_is_an_error() {
        for expression in ["", "MIT OR", "OR MIT", "(MIT", "MIT)", "MIT ISC", "MIT WITH", "()"] {
            assert!(satisfied(expression).is_err(), "{expression}");
        }
    }
}
