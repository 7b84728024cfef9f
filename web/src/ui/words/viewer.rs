//! Words of the part `viewer`.

super::words! {}
