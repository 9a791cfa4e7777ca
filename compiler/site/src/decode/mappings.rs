//! Hardware mappings of Proxmox clusters. They name nodes, which are read after the clusters that own them.

use arvc_lang::data::DataId;

use super::Decoder;
use crate::checks::{device_mapping, hardware_conflict};
use crate::model::{MappedDevice, Mapping, Named, Spanned};
use crate::read::Thing;

impl Decoder<'_> {
    pub(super) fn mappings(&mut self) {
        for (at, entity) in self.index.datacenters.clone().into_iter().enumerate() {
            let fields = self.entity_fields(entity);
            let Some(field) = fields.iter().find(|field| self.read.name(field.name) == "mappings") else { continue };
            let named = self.site.datacenters[at].named.clone();
            let mut mappings = Vec::new();
            for entry in self.read.record(field.value).unwrap_or_default() {
                let name = Spanned { value: self.read.name(entry.name).to_owned(), span: entry.key };
                let problem = device_mapping::name(&named, &name);
                self.read.diagnostics.extend(problem);
                mappings.extend(self.mapping(&named, name, entry.value));
            }
            mappings.sort_by(|a, b| a.name.value.cmp(&b.name.value));
            self.site.datacenters[at].mappings = mappings;
        }
    }

    fn mapping(&mut self, named: &Named, name: Spanned<String>, id: DataId) -> Option<Mapping> {
        let mut mapping = Mapping { name, usb: false, mediated: false, devices: Vec::new() };
        for field in self.read.record(id)? {
            match self.read.name(field.name) {
                "usb" => mapping.usb = self.read.flag(field.value)?,
                "mediated" => mapping.mediated = self.read.flag(field.value)?,
                "devices" => {
                    for item in self.read.list(field.value)? {
                        mapping.devices.extend(self.mapped_device(named, *item));
                    }
                }
                _ => {}
            }
        }
        Some(mapping)
    }

    fn mapped_device(&mut self, named: &Named, id: DataId) -> Option<MappedDevice> {
        let (mut node, mut device_id, mut path, mut iommu_group, mut subsystem_id) = (None, None, None, None, None);
        for field in self.read.record(id)? {
            let (value, span) = (field.value, self.read.span(field.value));
            match self.read.name(field.name) {
                "node" => match self.read.thing(value) {
                    Some(Thing::Node(id)) => node = Some(id),
                    _ => return None,
                },
                "id" | "subsystem_id" => {
                    let text = self.read.text(value)?.to_owned();
                    if !is_device_id(&text) {
                        let label = "vendor and product, four hexadecimal digits each: `10de:2204`";
                        let problem = hardware_conflict::unknown(named, span, "device id", &text, label);
                        self.read.diagnostics.push(problem);
                    }
                    match self.read.name(field.name) {
                        "id" => device_id = Some(text),
                        _ => subsystem_id = Some(text),
                    }
                }
                "path" => {
                    let text = self.read.text(value)?;
                    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":.-".contains(&byte);
                    if text.is_empty() || !text.bytes().all(plain) {
                        let label = "for example `0000:01:00.0`, for USB `1-8.2`";
                        let problem = hardware_conflict::unknown(named, span, "place of a device", text, label);
                        self.read.diagnostics.push(problem);
                    }
                    path = Some(text.to_owned());
                }
                "iommu_group" => {
                    let group = self.read.int(value)?;
                    iommu_group = u32::try_from(group).ok();
                    if iommu_group.is_none() {
                        let problem = hardware_conflict::outside(named, span, "as an IOMMU group", group, 0, 65_535);
                        self.read.diagnostics.push(problem);
                    }
                }
                _ => {}
            }
        }
        Some(MappedDevice { node: node?, id: device_id?, path, iommu_group, subsystem_id })
    }
}

/// `10de:2204`, in lower case as the provider compares it.
fn is_device_id(text: &str) -> bool {
    let digits =
        |part: &str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    text.split_once(':').is_some_and(|(vendor, product)| digits(vendor) && digits(product))
}
