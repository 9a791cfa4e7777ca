"""Real packets through an emitted tree: network namespaces, Proxmox's chains, the guests' filters and Nebula itself.

What a tree means is read here once more, and translated from what Proxmox, the kernel and Nebula do. Nothing is shared with
the compiler, so a verdict of these packets is evidence against all of it.
"""
