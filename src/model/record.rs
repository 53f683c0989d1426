//! Mappings with fixed keys, and words to choose from, each declared once.
//!
//! [`record!`] and [`choice!`] make the type, its reading and its JSON Schema from one list, so the three cannot differ.

use schemars::Schema;
use serde_json::json;

/// Implements the schema of a value that is written as one scalar.
macro_rules! scalar_schema {
    ($($name:ty => $title:literal $schema:tt;)*) => {$(
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $title.into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    )*};
}
pub(super) use scalar_schema;

/// One key of a record, as its schema tells it.
pub(super) struct KeySchema {
    pub(super) key: &'static str,
    pub(super) mode: &'static str,
    pub(super) doc: &'static str,
    pub(super) schema: Schema,
}

/// The schema of a mapping with fixed keys.
pub(super) fn record_schema(doc: &str, keys: Vec<KeySchema>) -> Schema {
    let mut properties = serde_json::Map::new();
    let mut required = Vec::new();
    for KeySchema {
        key,
        mode,
        doc,
        schema,
    } in keys
    {
        if mode == "required" {
            required.push(key);
        }
        let later = if mode == "later" {
            " Not simulated yet: checked for form, then refused."
        } else {
            ""
        };
        let mut property = serde_json::Map::new();
        property.insert(
            "description".into(),
            json!(format!("{}{later}", doc.trim())),
        );
        property.extend(schema.as_object().cloned().unwrap_or_default());
        properties.insert(key.into(), property.into());
    }
    let mut schema = schemars::json_schema!({
        "type": "object",
        "description": doc.trim(),
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    schema
}

/// A mapping with fixed keys: `mode "key" field: Type`, where the mode is `required`, `optional` or `later`.
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        $name:ident is $title:literal as $what:literal {
            $( $(#[doc = $key_doc:literal])+ $mode:ident $key:literal $field:ident: $ty:ty, )*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone)]
        #[allow(dead_code)] // Keys of later work are read for their form only.
        pub(in crate::model) struct $name {
            $( $(#[doc = $key_doc])+ pub(in crate::model) $field: $crate::model::mapping::Field<$ty>, )*
        }

        impl $crate::model::decode::Decode for $name {
            fn decode(
                node: &$crate::model::yaml::Node,
                reader: &mut $crate::model::decode::Reader,
            ) -> Option<Self> {
                let keys = $crate::model::mapping::Keys::of(node, $what, &[$($key),*], reader)?;
                Some(Self { $( $field: keys.$mode($key, reader), )* })
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $title.into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let keys = vec![$( $crate::model::record::KeySchema {
                    key: $key,
                    mode: stringify!($mode),
                    doc: concat!($($key_doc),+),
                    schema: generator.subschema_for::<$ty>(),
                }, )*];
                $crate::model::record::record_schema(concat!($($doc),+), keys)
            }
        }
    };
}
pub(super) use record;

/// A choice of words: `"word" => Variant "what it means"`.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])+
        $name:ident is $title:literal as $what:literal {
            $( $word:literal => $variant:ident $meaning:literal, )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(in crate::model) enum $name {
            $( #[doc = $meaning] $variant, )+
        }

        impl $crate::model::decode::Decode for $name {
            fn decode(
                node: &$crate::model::yaml::Node,
                reader: &mut $crate::model::decode::Reader,
            ) -> Option<Self> {
                match $crate::model::decode::word(node, reader, $what, &[$($word),+])? {
                    $( $word => Some(Self::$variant), )+
                    _ => None,
                }
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $title.into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "description": concat!($($doc),+).trim(),
                    "oneOf": [$( { "const": $word, "description": $meaning } ),+],
                })
            }
        }
    };
}
pub(super) use choice;
