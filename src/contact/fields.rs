//! Get and set of fields: generated from the catalogue's table, so that they stand once.

/// A member of a record that holds a field's value: always, or only where the record gives one.
pub(crate) trait Slot<T> {
    fn get(&self) -> Option<&T>;
    fn set(&mut self, value: T);
}

impl<T> Slot<T> for T {
    #[inline]
    fn get(&self) -> Option<&T> {
        Some(self)
    }

    #[inline]
    fn set(&mut self, value: T) {
        *self = value;
    }
}

impl<T> Slot<T> for Option<T> {
    #[inline]
    fn get(&self) -> Option<&T> {
        self.as_ref()
    }

    #[inline]
    fn set(&mut self, value: T) {
        *self = Some(value);
    }
}

/// Implements get and set for the fields of one kind. Times, counts and amounts are a membership's; flags and texts may
/// be the contact's.
macro_rules! field_access {
    (Time($fields:ident) $rows:tt) => { field_access!(@of_membership $fields, chrono::DateTime<chrono::Utc>, $rows); };
    (Count($fields:ident) $rows:tt) => { field_access!(@of_membership $fields, u64, $rows); };
    (Amount($fields:ident) $rows:tt) => { field_access!(@of_membership $fields, crate::number::Number, $rows); };
    (Flag($fields:ident) $rows:tt) => { field_access!(@of_either $fields, bool, $rows); };
    (Text($fields:ident) $rows:tt) => { field_access!(@of_either $fields, String, $rows); };

    (@of_membership $fields:ident, $value:ty, { $($field:ident = $member:ident, Membership;)+ }) => {
        impl $fields {
            /// What the membership gives; nothing is worked out.
            #[inline]
            pub(crate) fn get(self, membership: &crate::contact::Membership) -> Option<$value> {
                use crate::contact::Slot;
                match self { $(Self::$field => Slot::<$value>::get(&membership.$member)),+ }.copied()
            }

            #[inline]
            pub(crate) fn set(self, membership: &mut crate::contact::Membership, value: $value) {
                use crate::contact::Slot;
                match self { $(Self::$field => membership.$member.set(value)),+ }
            }
        }
    };

    (@of_either $fields:ident, $value:ty, { $($field:ident = $member:ident, $owner:ident;)+ }) => {
        impl $fields {
            /// What the record gives; nothing is worked out. A membership that is not there gives nothing.
            #[inline]
            pub(crate) fn get<'r>(
                self,
                contact: &'r crate::contact::Contact,
                membership: Option<&'r crate::contact::Membership>,
            ) -> Option<&'r $value> {
                use crate::contact::Slot;
                match self { $(Self::$field => field_access!(@owner $owner, contact, membership?).$member.get()),+ }
            }

            #[inline]
            pub(crate) fn set(
                self,
                contact: &mut crate::contact::Contact,
                membership: &mut crate::contact::Membership,
                value: $value,
            ) {
                use crate::contact::Slot;
                match self { $(Self::$field => field_access!(@owner $owner, contact, membership).$member.set(value)),+ }
            }
        }
    };

    (@owner Contact, $contact:expr, $membership:expr) => { $contact };
    (@owner Membership, $contact:expr, $membership:expr) => { $membership };
}

pub(crate) use field_access;
