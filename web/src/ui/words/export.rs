//! Words of the part `export`.

super::words! {}
