//! Words of the part `lesion`.

super::words! {}
