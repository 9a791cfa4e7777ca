//! DNS, which does not tell upper case from lower (RFC 4343).

/// A name as a label of a domain.
pub fn label(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// The whole name of something in a domain, without a final dot.
pub fn whole(name: &str, domain: &str) -> String {
    format!("{}.{domain}", label(name))
}
