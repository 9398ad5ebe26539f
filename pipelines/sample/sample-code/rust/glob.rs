//! Does a file name match a pattern with `*`, `?` and `[a-z]`?

/// Matches without recursion: after a mismatch we go back to the last star
/// and let it swallow one character more.
pub fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;

    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
                continue;
            }
            Some('?') => {
                p += 1;
                n += 1;
                continue;
            }
            Some('[') => {
                if let Some((hit, next)) = class(&pattern, p, name[n]) {
                    if hit {
                        p = next;
                        n += 1;
                        continue;
                    }
                }
            }
            Some(c) if *c == name[n] => {
                p += 1;
                n += 1;
                continue;
            }
            _ => {}
        }
        match star {
            Some((at, taken)) => {
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
            None => return false,
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// Reads a class such as `[a-f_]` that begins at `p`; None if it is never closed.
fn class(pattern: &[char], p: usize, c: char) -> Option<(bool, usize)> {
    let close = (p + 1..pattern.len()).find(|i| pattern[*i] == ']' && *i > p + 1)?;
    let inner = &pattern[p + 1..close];
    let mut hit = false;
    let mut i = 0;
    while i < inner.len() {
        if i + 2 < inner.len() && inner[i + 1] == '-' {
            hit |= inner[i] <= c && c <= inner[i + 2];
            i += 3;
        } else {
            hit |= inner[i] == c;
            i += 1;
        }
    }
    Some((hit, close + 1))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_and_classes() {
        assert!(matches("*.tar.gz", "storm.tar.gz"));
        assert!(matches("part-[0-9]?.txt", "part-07.txt"));
        assert!(!matches("part-[0-9].txt", "part-x.txt"));
        assert!(matches("*ñ*", "mañana"));
    }
}
