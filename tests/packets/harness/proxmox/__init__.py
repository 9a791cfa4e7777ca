"""Proxmox's firewall as iptables chains, written from a description of what pve-firewall does and from nothing of the compiler.

Guests are filtered in the FORWARD hook of bridged packets on each device's own bridge: leaving it by `fwln` is the guest's way
out, entering by `fwln` its way in. Nodes are filtered in INPUT and OUTPUT. The first match wins.
"""
