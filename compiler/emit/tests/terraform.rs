//! What Terraform gets for sites made by hand.

mod sites;

use arvc_reach::policy::policies;
use arvc_site::model::Site;

fn emitted(site: &Site) -> arvc_emit::tree::Tree {
    let mut tree = arvc_emit::tree::Tree::default();
    arvc_emit::terraform::emit(site, &policies(site), sites::HEADER, &mut tree);
    arvc_emit::proxmox::emit(site, sites::HEADER, &mut tree);
    tree
}

#[test]
fn show() {
    let site = sites::small();
    for (path, file) in emitted(&site).files {
        let place = std::path::Path::new("/tmp/tfout").join(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, file.text).unwrap();
    }
}
