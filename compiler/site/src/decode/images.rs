//! Images: a template, a file of a datastore, or a download.

use super::Decoder;
use crate::checks::image_source::{self, Written};
use crate::model::{Image, ImageSource, Kind, Spanned};
use crate::read::Thing;

impl Decoder<'_> {
    pub(super) fn images(&mut self) {
        for entity in self.index.images.clone() {
            let mut named = self.entity_named("an image", entity);
            let mut kind = Kind::Vm;
            let mut written = Written::default();
            for field in self.entity_fields(entity) {
                let (id, span) = (field.value, self.read.span(field.value));
                let text = self.read.text(id).map(|value| Spanned { value, span });
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(id),
                    "kind" => match self.read.tag(id) {
                        Some(tag) => kind = super::hosts::kind(tag),
                        None => written.failed = true,
                    },
                    "vmid" => match self.read.int(id) {
                        Some(value) => written.vmid = Some(Spanned { value, span }),
                        None => written.failed = true,
                    },
                    "node" => match self.read.thing(id) {
                        Some(Thing::Node(node)) => written.node = Some(node),
                        _ => written.failed = true,
                    },
                    "file" => written.take(text, |written| &mut written.file),
                    "url" => written.take(text, |written| &mut written.url),
                    "checksum" => written.take(text, |written| &mut written.checksum),
                    "algorithm" => written.take(text, |written| &mut written.algorithm),
                    "file_name" => written.take(text, |written| &mut written.file_name),
                    "datastore" => {
                        let span = if self.read.is_stated(field) { span } else { named.key };
                        written.take(text.map(|text| Spanned { span, ..text }), |written| &mut written.datastore);
                    }
                    _ => {}
                }
            }
            let source = image_source::check(&named, kind, &written, &mut self.read.diagnostics);
            // A source that is in error and reported still has its place, since guests name it.
            let source = source.unwrap_or_else(|| ImageSource::File(String::new()));
            self.site.images.push(Image { named, kind, source });
        }
    }
}
