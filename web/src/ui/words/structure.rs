//! Words of the part `structure`.

super::words! {}
