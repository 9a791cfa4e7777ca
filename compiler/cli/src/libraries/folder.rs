//! The files of a library in a folder on the disk: a vendored one, or one that is to be.

use std::path::Path;

use super::contents::{self, Contents, Gathered, Gathering, Role, Unfit};
use crate::reason;
use crate::world::{Disk, Kind};

/// Every file of a vendored library. Hidden files and folders are not a part of it.
pub fn vendored(disk: &dyn Disk, folder: &Path) -> Result<Contents, Unfit> {
    let mut gathering = Gathering::default();
    walk(disk, folder, &mut gathering, |_| Role::Part)?;
    gathering.all()
}

/// The files of a folder that a library has when it is copied.
pub fn library(disk: &dyn Disk, folder: &Path) -> Result<Gathered, Unfit> {
    let mut gathering = Gathering::default();
    walk(disk, folder, &mut gathering, contents::role)?;
    gathering.library()
}

fn walk(disk: &dyn Disk, root: &Path, gathering: &mut Gathering, role: impl Fn(&str) -> Role) -> Result<(), Unfit> {
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let failed = |error| Unfit::Unreadable(format!("`{folder}` cannot be read: {}", reason(&error)));
        for name in disk.list(&root.join(&folder)).map_err(failed)? {
            gathering.entry()?;
            let joined = if folder.is_empty() { String::new() } else { format!("{folder}/") } + &name.to_string_lossy();
            if contents::is_hidden(&joined) {
                continue;
            }
            let Some(name) = name.to_str() else { return Err(Unfit::Path(joined)) };
            let file = root.join(&folder).join(name);
            match disk.kind(&file).map_err(failed)? {
                Some(Kind::Folder) => folders.push(contents::path(joined.as_bytes())?),
                Some(Kind::Link) => return Err(Unfit::Link(joined)),
                Some(Kind::File { .. }) => match role(&joined) {
                    Role::Other => gathering.leave_out(),
                    Role::Part => {
                        let path = contents::path(joined.as_bytes())?;
                        let bytes = disk.read(&file, gathering.room()).map_err(failed)?;
                        gathering.file(path, bytes)?;
                    }
                },
                Some(Kind::Other) => return Err(Unfit::Special(joined)),
                None => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::memory::Memory;

    fn disk() -> Memory {
        let mut disk = Memory::new("/lib");
        disk.file("default.arv", "{ }");
        disk.file("web/server.arv", "1");
        disk.file("LICENSE", "MIT");
        disk.file("build.sh", "rm -rf /");
        disk.file(".git/config", "");
        disk.file("out/site.arv", "");
        disk
    }

    #[test]
    fn a_folder_gives_its_sources_and_says_how_much_it_leaves_out() {
        let found = library(&disk(), Path::new("/lib")).unwrap();
        assert_eq!(found.contents.keys().collect::<Vec<_>>(), ["LICENSE", "default.arv", "web/server.arv"]);
        assert_eq!(found.left_out, 2);
        let all = vendored(&disk(), Path::new("/lib")).unwrap();
        assert_eq!(
            all.keys().collect::<Vec<_>>(),
            ["LICENSE", "build.sh", "default.arv", "out/site.arv", "web/server.arv"]
        );
    }

    #[test]
    fn a_link_in_a_folder_is_refused() {
        let mut disk = disk();
        disk.file("/etc/passwd", "root");
        disk.link("web/secret.arv", "/etc/passwd");
        assert_eq!(library(&disk, Path::new("/lib")), Err(Unfit::Link("web/secret.arv".into())));
        assert_eq!(vendored(&disk, Path::new("/lib")), Err(Unfit::Link("web/secret.arv".into())));
    }
}
