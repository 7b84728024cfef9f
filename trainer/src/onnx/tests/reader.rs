//! Fields of a Protocol Buffers message, as bytes give them.

#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    Int(i64),
    Float(f32),
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    pub fn bytes(&self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            other => panic!("{other:?} is no message"),
        }
    }

    pub fn int(&self) -> i64 {
        match self {
            Self::Int(value) => *value,
            other => panic!("{other:?} is no whole number"),
        }
    }
}

/// Every field of a message with its number, in order.
pub fn fields(mut bytes: &[u8]) -> Vec<(u64, Value<'_>)> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let value = match tag & 7 {
            0 => Value::Int(varint(&mut bytes) as i64),
            2 => {
                let length = varint(&mut bytes) as usize;
                Value::Bytes(take(&mut bytes, length))
            }
            5 => {
                let four = take(&mut bytes, 4).try_into().expect("four bytes");
                Value::Float(f32::from_le_bytes(four))
            }
            kind => panic!("wire type {kind} does not occur"),
        };
        fields.push((tag >> 3, value));
    }
    fields
}

pub fn first<'a, 'b>(fields: &'b [(u64, Value<'a>)], number: u64) -> Option<&'b Value<'a>> {
    fields.iter().find(|(n, _)| *n == number).map(|(_, v)| v)
}

/// The text in field `number` of a message.
pub fn text(message: &[u8], number: u64) -> String {
    let fields = fields(message);
    let bytes = first(&fields, number).map_or(&[][..], Value::bytes);
    String::from_utf8(bytes.to_vec()).expect("text is UTF-8")
}

/// All fields of a message as text.
pub fn texts(message: &[u8]) -> Vec<String> {
    let fields = fields(message);
    let texts = fields.iter().map(|(_, v)| v.bytes().to_vec());
    texts
        .map(|t| String::from_utf8(t).expect("UTF-8"))
        .collect()
}

/// The shape in a ValueInfoProto: type 2, tensor type 1, shape 2, dim 1; a length 1 or a name 2.
pub fn dims(info: &[u8]) -> Vec<String> {
    let inside = |message: &'static str, bytes: &[u8], number| -> Vec<u8> {
        let fields = fields(bytes);
        first(&fields, number)
            .unwrap_or_else(|| panic!("no {message}"))
            .bytes()
            .to_vec()
    };
    let kind = inside("type", info, 2);
    let tensor = inside("tensor", &kind, 1);
    let element = fields(&tensor);
    assert_eq!(first(&element, 1), Some(&Value::Int(1)), "single precision");
    let shape = inside("shape", &tensor, 2);
    let dims = fields(&shape);
    let dims = dims.iter().map(|(_, dim)| match &fields(dim.bytes())[..] {
        [(1, Value::Int(length))] => length.to_string(),
        [(2, Value::Bytes(name))] => String::from_utf8(name.to_vec()).expect("UTF-8"),
        other => panic!("{other:?} is no dimension"),
    });
    dims.collect()
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for place in 0..10 {
        let byte = take(bytes, 1)[0];
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            return value;
        }
    }
    panic!("a number has at most ten bytes")
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(count);
    *bytes = rest;
    taken
}
