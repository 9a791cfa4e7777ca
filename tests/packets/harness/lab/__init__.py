"""The lab: which namespaces, bridges, addresses and routes a tree asks for, and how they are made."""
