//! How much one evaluation may use. The limits are numbers and grow with the sources, so that the same sources always
//! end in the same way; they are far above what a site needs.

/// Limits of one evaluation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Budget {
    /// Expressions evaluated.
    pub steps: u64,
    /// Values being waited for at one time.
    pub depth: usize,
    /// Bytes of all arenas, and of the result.
    pub bytes: usize,
    /// Values in the result.
    pub nodes: usize,
}

impl Budget {
    /// Limits for sources of so many bytes.
    pub fn for_sources(bytes: usize) -> Self {
        Self {
            steps: 3_750_000 + 64 * bytes as u64,
            depth: 100_000,
            bytes: (136 << 20) + 32 * bytes,
            nodes: 1_000_000 + bytes,
        }
    }
}
