//! What processors understand, and images are made for.

/// What a processor understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arch {
    /// x86 of 64 bits.
    Amd64,
    /// ARM of 64 bits.
    Arm64,
}

impl Arch {
    /// As Debian, Proxmox' containers and the provider write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }

    /// As the language writes it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Amd64 => "Amd64",
            Self::Arm64 => "Arm64",
        }
    }

    /// How names of files speak of it.
    pub fn spellings(self) -> [&'static str; 2] {
        match self {
            Self::Amd64 => ["amd64", "x86_64"],
            Self::Arm64 => ["arm64", "aarch64"],
        }
    }
}
