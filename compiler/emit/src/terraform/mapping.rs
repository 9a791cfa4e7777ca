//! Hardware mappings: the names that a Proxmox cluster has for devices of its nodes.

use arvc_site::model::{MappedDevice, Mapping};

use crate::hcl::{Body, Value, fixed};
use crate::terraform::Folder;
use crate::terraform::name::{self, kind};
use crate::terraform::scope::Scope;

const HEAD: &str = "The names that this cluster has for devices of its nodes. A VM that names one can run on every node that has a device \
     of that name.";

/// Adds the file.
pub fn emit(scope: &Scope, folder: &mut Folder) {
    let mut file = Body::new();
    for mapping in &scope.datacenter.mappings {
        let kind = if mapping.usb { kind::USB_MAPPING } else { kind::PCI_MAPPING };
        file.resource(&fixed(kind), &name::resource(&mapping.name.value), |body| {
            let devices = mapping.devices.iter().map(|device| Value::Object(entry(scope, mapping, device)));
            body.set("name", mapping.name.value.as_str())
                .set("map", Value::List(devices.collect()))
                .set_some("mediated_devices", (mapping.mediated && !mapping.usb).then_some(true));
        });
    }
    folder.file("mappings.tf", HEAD, &file);
}

fn entry(scope: &Scope, mapping: &Mapping, device: &MappedDevice) -> Vec<(String, Value)> {
    let node = &scope.site.nodes[device.node.index()].named.name;
    let mut fields: Vec<(String, Value)> =
        vec![("id".to_owned(), device.id.as_str().into()), ("node".to_owned(), node.as_str().into())];
    let mut put = |name: &str, value: Option<Value>| fields.extend(value.map(|value| (name.to_owned(), value)));
    put("path", device.path.as_deref().map(Into::into));
    if !mapping.usb {
        put("iommu_group", device.iommu_group.map(Into::into));
        put("subsystem_id", device.subsystem_id.as_deref().map(Into::into));
    }
    fields
}

/// The mapping that a guest names, if it is declared here: then the guest waits for it.
pub fn reference(scope: &Scope, wanted: &str, usb: bool) -> Option<crate::hcl::Reference> {
    let mapping = scope.datacenter.mappings.iter().find(|it| it.name.value == wanted && it.usb == usb)?;
    let kind = if usb { kind::USB_MAPPING } else { kind::PCI_MAPPING };
    Some(name::reference(kind, &name::resource(&mapping.name.value)))
}
