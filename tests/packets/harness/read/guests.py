"""Guests and their network devices, from the resources that make them."""

from ipaddress import ip_address, ip_interface

from ..model import Guest, Link, Nic

VM = "proxmox_virtual_environment_vm"
CONTAINER = "proxmox_virtual_environment_container"


def read_guests(resources: dict) -> dict[str, Guest]:
    """Every VM and container but templates."""
    guests = {}
    for (kind, name), body in resources.items():
        if kind in (VM, CONTAINER) and not body.get("template"):
            guests[name] = read_guest(name, body, kind == CONTAINER)
    return dict(sorted(guests.items()))


def read_guest(name: str, body: dict, container: bool) -> Guest:
    vmid = int(body["vm_id"])
    devices = body.get("network_interface" if container else "network_device", [])
    configs = body.get("initialization", [{}])[0].get("ip_config", [])
    nics = []
    for index, device in enumerate(devices):
        vlan = device.get("vlan_id")
        nic = Nic(
            index=index,
            # Proxmox's cloud-init names a VM's devices so.
            device=device["name"] if container else f"eth{index}",
            link=Link(device["bridge"], int(vlan) if vlan else None),
            firewall=device.get("firewall", False) is True,
            mac=device.get("mac_address", chosen_mac(vmid, index)),
        )
        if index < len(configs):
            read_addresses(nic, configs[index])
        nics.append(nic)
    return Guest(name, vmid, body["node_name"], container, nics)


def read_addresses(nic: Nic, config: dict) -> None:
    for family in ("ipv4", "ipv6"):
        for block in config.get(family, []):
            address = block.get("address")
            if address == "dhcp":
                nic.dhcp = True
            elif address and address != "auto":
                nic.addresses.append(ip_interface(address))
            if block.get("gateway"):
                nic.gateways.append(ip_address(block["gateway"]))


def chosen_mac(vmid: int, index: int) -> str:
    """Where the tree states none, Proxmox draws one below its prefix; here it is drawn so that two runs are alike."""
    return f"BC:24:11:{vmid >> 8 & 0xFF:02X}:{vmid & 0xFF:02X}:{index:02X}"
