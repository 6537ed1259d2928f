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

/// A contact on one list, of which every field is given: what a test asks that no field may be missed by.
#[cfg(test)]
pub(crate) fn contact_with_every_field() -> crate::contact::Contact {
    use chrono::DateTime;

    use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
    use crate::contact::{Contact, Membership};
    use crate::number::Number;

    let (mut contact, mut membership) = (Contact::default(), Membership::default());
    // No two of a kind are the same, so that none is taken for another.
    for (n, field) in (1..).zip(TimeField::ALL) {
        field.set(&mut membership, DateTime::from_timestamp(n * 1_000_000, 1_000).unwrap_or_default());
    }
    for (n, field) in (7..).zip(CountField::ALL) {
        field.set(&mut membership, n);
    }
    for (n, field) in (1_u64..).zip(AmountField::ALL) {
        field.set(&mut membership, Number::from(n));
    }
    for field in FlagField::ALL {
        field.set(&mut contact, &mut membership, true);
    }
    for field in TextField::ALL {
        field.set(&mut contact, &mut membership, format!("the {}", field.name()));
    }
    membership.list_id = Some(7);
    contact.memberships.push(membership);
    contact
}
