//! Our documents as the engine reads and writes them: lazily in, directly out.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use jlens_core::input::{Sink, Source, Sources};
use jlens_core::output::{Builder, Member};

use crate::data::{Json, Number, Object};

/// The arrays and objects of the input that one evaluation has reached, each known by its index.
pub(super) struct Reached<'a> {
    nodes: RefCell<Vec<&'a Json>>,
    this: Weak<Self>,
}

impl<'a> Reached<'a> {
    pub(super) fn new() -> Rc<Self> {
        Rc::new_cyclic(|this| Self {
            nodes: RefCell::default(),
            this: this.clone(),
        })
    }

    fn node(&self, index: u32) -> Option<&'a Json> {
        self.nodes.borrow().get(index as usize).copied()
    }

    fn write(&self, value: &'a Json, sink: &mut Sink<'_, 'a>) -> Result<(), String> {
        match value {
            Json::Null => sink.null(),
            Json::Bool(value) => sink.bool(*value),
            Json::Number(number) => sink.number(number.as_f64()),
            Json::String(text) => sink.string(text),
            Json::Array(_) | Json::Object(_) => {
                let this = self.this.upgrade().ok_or("the input is gone")?;
                let mut nodes = self.nodes.borrow_mut();
                let index = u32::try_from(nodes.len()).map_err(|_| "too many values")?;
                nodes.push(value);
                match value {
                    Json::Array(_) => sink.array_of(&this, index),
                    _ => sink.object_of(&this, index),
                }
            }
        }
        Ok(())
    }
}

impl<'a> Sources<'a> for Reached<'a> {
    fn read(&self, index: u32, sink: &mut Sink<'_, 'a>) -> Result<(), String> {
        match self.node(index) {
            Some(Json::Array(array)) => {
                sink.reserve(array.items().len());
                array
                    .items()
                    .iter()
                    .try_for_each(|item| self.write(item, sink))
            }
            Some(Json::Object(object)) => {
                sink.reserve(object.len());
                object.iter().try_for_each(|(key, value)| {
                    sink.key(key);
                    self.write(value, sink)
                })
            }
            _ => Err("the input changed".into()),
        }
    }

    fn read_field(&self, index: u32, key: &str, sink: &mut Sink<'_, 'a>) -> Result<bool, String> {
        let Some(Json::Object(object)) = self.node(index) else {
            return Ok(false);
        };
        if let Some(value) = object.get(key) {
            self.write(value, sink)?;
        }
        Ok(true)
    }

    fn length(&self, index: u32) -> Option<usize> {
        Some(self.node(index)?.as_array()?.len())
    }

    fn read_item(&self, index: u32, item: usize, sink: &mut Sink<'_, 'a>) -> Result<bool, String> {
        let items = self.node(index).and_then(Json::as_array);
        match items.and_then(|items| items.get(item)) {
            Some(value) => self.write(value, sink).map(|()| true),
            None => Ok(false),
        }
    }
}

/// The document as the only value of its level.
pub(super) struct Input<'a> {
    pub(super) document: Option<&'a Json>,
    pub(super) reached: Rc<Reached<'a>>,
}

impl<'a> Source<'a> for Input<'a> {
    fn read(&self, sink: &mut Sink<'_, 'a>) -> Result<(), String> {
        match self.document {
            Some(document) => self.reached.write(document, sink),
            None => Ok(()),
        }
    }
}

/// Builds the result.
pub(super) struct Writer<'a> {
    pub(super) reached: Rc<Reached<'a>>,
    /// The keys written so far: records repeat theirs.
    pub(super) keys: HashSet<Arc<str>>,
}

impl Builder for Writer<'_> {
    type Value = Json;
    type Array = Vec<Json>;
    type Object = Object;

    fn null(&mut self) -> Json {
        Json::Null
    }

    fn bool(&mut self, value: bool) -> Json {
        Json::Bool(value)
    }

    fn number(&mut self, value: f64) -> Json {
        Number::from_result(value).map_or(Json::Null, Json::Number)
    }

    fn string(&mut self, value: &str) -> Json {
        Json::from(value)
    }

    fn array(&mut self, len: usize) -> Vec<Json> {
        Vec::with_capacity(len)
    }

    fn push(&mut self, array: &mut Vec<Json>, item: Json) {
        array.push(item);
    }

    fn end_array(&mut self, array: Vec<Json>) -> Json {
        Json::array(array)
    }

    fn object(&mut self, len: usize) -> Object {
        Object::with_capacity(len)
    }

    fn insert(&mut self, object: &mut Object, key: &str, value: Json) {
        if let Some(known) = self.keys.get(key) {
            object.insert(known.clone(), value);
            return;
        }
        let key: Arc<str> = key.into();
        self.keys.insert(key.clone());
        object.insert(key, value);
    }

    fn end_object(&mut self, object: Object) -> Json {
        Json::from(object)
    }

    fn input(&mut self, member: Member) -> Option<Json> {
        if !member.of(&self.reached) {
            return None;
        }
        Some(self.reached.node(member.index())?.compacted())
    }
}
