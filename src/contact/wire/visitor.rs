//! What the visitors of records share.

/// The visits of a visitor that takes no such shape: each is an error of its `refuse`.
macro_rules! refuses {
    (@one null) => {
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> { Err(self.refuse(Shape::Null)) }
        fn visit_none<E: Error>(self) -> Result<Self::Value, E> { Err(self.refuse(Shape::Null)) }
    };
    (@one scalar) => {
        fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> { Err(self.refuse(Shape::Boolean)) }
        fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> { Err(self.refuse(Shape::Number)) }
        fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> { Err(self.refuse(Shape::Number)) }
        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> { Err(self.refuse(Shape::Number)) }
        fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> { Err(self.refuse(Shape::String)) }
    };
    (@one array) => {
        fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> { Err(self.refuse(Shape::Array)) }
    };
    (@one object) => {
        fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> { Err(self.refuse(Shape::Object)) }
    };
    ($($shape:ident)+) => {
        $(refuses!(@one $shape);)+

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
            deserializer.deserialize_any(self)
        }
    };
}

/// Makes a visitor the seed of what it visits.
macro_rules! seed_of_itself {
    ($name:ident $(<$type:ident: $bound:ident>)?, $value:ty) => {
        impl<'de $(, $type: $bound)?> DeserializeSeed<'de> for $name<'_ $(, $type)?> {
            type Value = $value;

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                deserializer.deserialize_any(self)
            }
        }
    };
}

pub(super) use {refuses, seed_of_itself};
