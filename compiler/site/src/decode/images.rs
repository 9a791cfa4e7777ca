//! Images: a template, a file of a datastore, or a download, each for one architecture or several.

use arvc_lang::data::{DataId, Field};
use arvc_syntax::source::Span;

use super::Decoder;
use crate::checks::image_source::{self, Written};
use crate::checks::{file_of_other_architecture, same_build};
use crate::model::{Arch, Image, ImageId, ImageSource, Kind, Named, NodeId, Spanned};
use crate::read::Thing;

/// A build of an image for one more architecture.
struct Build {
    of: ImageId,
    arch: Spanned<Arch>,
    source: Option<ImageSource>,
    /// Where it is written.
    span: Span,
}

impl<'a> Decoder<'a> {
    pub(super) fn images(&mut self) {
        let mut builds = Vec::new();
        for (id, entity) in (0..).map(ImageId).zip(self.index.images.clone()) {
            let mut named = self.entity_named("an image", entity);
            let mut kind = Kind::Vm;
            let mut arch = Spanned { value: Arch::Amd64, span: named.key };
            let mut written = Written::default();
            let mut others = None;
            for field in self.entity_fields(entity) {
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(field.value),
                    "kind" => match self.read.tag(field.value) {
                        Some(tag) => kind = super::hosts::kind(tag),
                        None => written.failed = true,
                    },
                    "arch" => match self.arch(field, named.key) {
                        Some(read) => arch = read,
                        None => self.origins.all.images = false,
                    },
                    "builds" => others = Some(field.value),
                    _ => self.source_field(field, named.key, &mut written),
                }
            }
            let source = image_source::check(&named, kind, &written, &mut self.read.diagnostics);
            self.file_named(&named, arch, &written);
            let first = builds.len();
            if let Some(others) = others {
                self.builds(id, &named, kind, others, &mut builds);
            }
            let archs = builds[first..].iter().map(|build: &Build| build.arch);
            self.read.diagnostics.extend(same_build::check(&named, arch, archs));
            self.site.images.push(Image { arch, ..Image::new(named, kind, had(source)) });
        }
        // Each build is an image of its own from here on, behind all that have names.
        for build in builds {
            let id = ImageId(self.site.images.len() as u32);
            let image = &mut self.site.images[build.of.index()];
            image.builds.push(id);
            let name = format!("{}-{}", image.named.name, build.arch.value.name());
            let named = Named { name, key: build.span, ..image.named.clone() };
            let image = Image::new(named, image.kind, had(build.source));
            self.site.images.push(Image { arch: build.arch, build_of: Some(build.of), ..image });
        }
    }

    fn builds(&mut self, of: ImageId, named: &Named, kind: Kind, list: DataId, builds: &mut Vec<Build>) {
        let items = self.read.list(list);
        self.origins.all.images &= items.is_some();
        for item in items.unwrap_or_default() {
            let span = self.read.span(*item);
            let mut arch = None;
            let mut written = Written::default();
            for field in self.read.record(*item).unwrap_or_default() {
                match self.read.name(field.name) {
                    "arch" => arch = self.arch(field, span),
                    _ => self.source_field(field, span, &mut written),
                }
            }
            // Which one failed nobody can say, so none is missed.
            let Some(arch) = arch else {
                self.origins.all.images = false;
                continue;
            };
            let named = Named { key: span, ..named.clone() };
            let source = image_source::check(&named, kind, &written, &mut self.read.diagnostics);
            self.file_named(&named, arch, &written);
            builds.push(Build { of, arch, source, span });
        }
    }

    /// What the name of an image's file says of the architecture.
    fn file_named(&mut self, named: &Named, arch: Spanned<Arch>, written: &Written<'_>) {
        let file = written.file_name.or(written.url).or(written.file);
        self.read.diagnostics.extend(file_of_other_architecture::check(named, arch, file));
    }

    /// A field that says how an image, or one of its builds, is had. `key` is where the whole is named.
    fn source_field(&mut self, field: &Field, key: Span, written: &mut Written<'a>) {
        let (id, span) = (field.value, self.read.span(field.value));
        let text = self.read.text(id).map(|value| Spanned { value, span });
        match self.read.name(field.name) {
            "vmid" => match self.read.int(id) {
                Some(value) => written.vmid = Some(Spanned { value, span }),
                None => written.failed = true,
            },
            "node" => match self.read.thing(id) {
                Some(Thing::Node(node)) => written.node = Some(node),
                _ => written.failed = true,
            },
            "copies" => {
                let items = self.read.list(id);
                written.failed |= items.is_none();
                for item in items.unwrap_or_default() {
                    match self.copy(*item) {
                        Some(copy) => written.copies.push(copy),
                        None => written.failed = true,
                    }
                }
            }
            "file" => written.take(text, |written| &mut written.file),
            "url" => written.take(text, |written| &mut written.url),
            "checksum" => written.take(text, |written| &mut written.checksum),
            "algorithm" => written.take(text, |written| &mut written.algorithm),
            "file_name" => written.take(text, |written| &mut written.file_name),
            "datastore" => {
                written.datastore_stated = self.read.is_stated(field);
                let span = if written.datastore_stated { span } else { key };
                written.take(text.map(|text| Spanned { span, ..text }), |written| &mut written.datastore);
            }
            _ => {}
        }
    }

    /// An architecture, at the value if somebody wrote it. `None` if it is wrong, which is reported.
    pub(super) fn arch(&self, field: &Field, key: Span) -> Option<Spanned<Arch>> {
        let value = match self.read.tag(field.value)? {
            "Arm64" => Arch::Arm64,
            _ => Arch::Amd64,
        };
        let span = if self.read.is_stated(field) { self.read.span(field.value) } else { key };
        Some(Spanned { value, span })
    }

    /// A template on another node.
    fn copy(&self, id: DataId) -> Option<(NodeId, Spanned<i64>)> {
        let (mut node, mut vmid) = (None, None);
        for field in self.read.record(id)? {
            match (self.read.name(field.name), self.read.thing(field.value)) {
                ("node", Some(Thing::Node(id))) => node = Some(id),
                ("vmid", _) => vmid = self.read.int(field.value).map(|vmid| self.read.spanned(field.value, vmid)),
                _ => {}
            }
        }
        Some((node?, vmid?))
    }
}

/// A source that is in error and reported still has its place, since guests name it.
fn had(source: Option<ImageSource>) -> ImageSource {
    source.unwrap_or_else(|| ImageSource::File(String::new()))
}
