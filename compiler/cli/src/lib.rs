//! The command line: arguments, files, printing. It decides nothing about a site.
