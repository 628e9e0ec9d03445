//! For tests of this room and of the pictures: a definition's text into the model, with
//! duplicate keys kept and made-up places.

use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess};

use super::{Graph, Vertex};
use crate::data::Number;
use crate::language::{self, StateMachine};
use crate::syntax::{Entry, Kind, NodeId, Span, TreeBuilder};

/// The machine of a text.
pub(crate) fn machine(text: &str) -> StateMachine {
    let mut tree = TreeBuilder::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let root = Adder(&mut tree)
        .deserialize(&mut reader)
        .expect("the test's text is JSON");
    language::read(&tree.finish(root)).0
}

/// The names of these states.
pub(crate) fn names<'m>(
    graph: &Graph<'m>,
    vertices: impl IntoIterator<Item = Vertex>,
) -> Vec<&'m str> {
    let name = |vertex| &*graph.state(vertex).expect("a state stands there").name;
    vertices.into_iter().map(name).collect()
}

struct Adder<'t>(&'t mut TreeBuilder);

impl Adder<'_> {
    fn add(self, kind: Kind) -> NodeId {
        self.0.add(kind, Span::default())
    }
}

impl<'de> DeserializeSeed<'de> for Adder<'_> {
    type Value = NodeId;

    fn deserialize<D: de::Deserializer<'de>>(self, reader: D) -> Result<NodeId, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> de::Visitor<'de> for Adder<'_> {
    type Value = NodeId;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<NodeId, E> {
        Ok(self.add(Kind::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<NodeId, E> {
        Ok(self.add(Kind::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<NodeId, E> {
        Ok(self.add(Kind::Number(Number::Int(value))))
    }

    fn visit_u64<E>(self, value: u64) -> Result<NodeId, E> {
        let number = i64::try_from(value).map_or(Number::Big(value), Number::Int);
        Ok(self.add(Kind::Number(number)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<NodeId, E> {
        Ok(self.add(Kind::Number(Number::Float(value))))
    }

    fn visit_str<E>(self, text: &str) -> Result<NodeId, E> {
        Ok(self.add(Kind::String(text.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<NodeId, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(Adder(&mut *self.0))? {
            all.push(item);
        }
        Ok(self.add(Kind::Array(all)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<NodeId, A::Error> {
        let mut all = Vec::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Adder(&mut *self.0))?;
            all.push(Entry {
                key: key.into(),
                key_span: Span::default(),
                value,
            });
        }
        Ok(self.add(Kind::Object(all)))
    }
}
