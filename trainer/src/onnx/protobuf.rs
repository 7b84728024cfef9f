//! The part of Protocol Buffers that an ONNX file needs: fields, one after the other.
//!
//! A message is its fields in any order, each a tag (field number and kind) and a value. Numbers of
//! the fields stand beside their names in `onnx.proto`, which the callers cite.

/// Kinds of values on the wire.
const VARINT: u64 = 0;
const LENGTH: u64 = 2;
const FIXED32: u64 = 5;

/// A message under construction.
#[derive(Debug, Clone, Default)]
pub struct Message(Vec<u8>);

impl Message {
    /// Adds a whole number.
    pub fn int(mut self, field: u64, value: i64) -> Self {
        self.tag(field, VARINT);
        // Negative numbers take ten bytes, as in every encoder: two's complement of 64 bits.
        self.varint(value as u64);
        self
    }

    /// Adds a whole number per entry.
    pub fn ints(self, field: u64, values: &[i64]) -> Self {
        values
            .iter()
            .fold(self, |message, &value| message.int(field, value))
    }

    /// Adds a number of single precision.
    pub fn float(mut self, field: u64, value: f32) -> Self {
        self.tag(field, FIXED32);
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// Adds text.
    pub fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    /// Adds text per entry.
    pub fn texts<'a>(self, field: u64, texts: impl IntoIterator<Item = &'a str>) -> Self {
        texts
            .into_iter()
            .fold(self, |message, text| message.text(field, text))
    }

    /// Adds bytes.
    pub fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.tag(field, LENGTH);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    /// Adds a message inside this one.
    pub fn message(self, field: u64, message: &Self) -> Self {
        self.bytes(field, &message.0)
    }

    /// Adds a message per entry.
    pub fn messages(self, field: u64, messages: &[Self]) -> Self {
        messages
            .iter()
            .fold(self, |outer, message| outer.message(field, message))
    }

    /// The message as it is stored.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn tag(&mut self, field: u64, kind: u64) {
        self.varint(field << 3 | kind);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification_come_out() {
        // protobuf.dev/programming-guides/encoding: Test1 { a: 150 }, Test2 { b: "testing" }, Test3 { c: Test1 }.
        let inner = Message::default().int(1, 150);
        assert_eq!(inner.clone().into_bytes(), [0x08, 0x96, 0x01]);
        let text = Message::default().text(2, "testing").into_bytes();
        assert_eq!(text, [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
        let outer = Message::default().message(3, &inner).into_bytes();
        assert_eq!(outer, [0x1a, 0x03, 0x08, 0x96, 0x01]);
        let negative = Message::default().int(1, -2).into_bytes();
        let mut expected = vec![0x08, 0xfe];
        expected.extend([0xff; 8]);
        expected.push(0x01);
        assert_eq!(negative, expected);
        let float = Message::default().float(2, 1.0).into_bytes();
        assert_eq!(float, [0x15, 0, 0, 0x80, 0x3f]);
    }
}
