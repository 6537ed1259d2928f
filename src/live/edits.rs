//! Audiences that come, change and go.

use super::{Events, Live};
use crate::audience::Audience;
use crate::error::{Errors, Place};
use crate::semantics::Unit;
use crate::table::Members;

/// Each is made at the present clock, counted in one pass through the table, and exact from then on. The events have the cause
/// [`Edit`](super::Cause::Edit), are in the order of phone numbers, and are worked out as they are taken.
impl Live {
    /// Adds an audience, which everybody enters who is in it.
    ///
    /// # Errors
    ///
    /// Where another audience goes by its name: `duplicate_key`.
    ///
    /// ```
    /// use headcount::{Audience, Contact, EvalContext, Live, Table};
    ///
    /// let contact = Contact::from_json(r#"{"phone_number": "+1", "click_count": 1}"#)?;
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// let mut live = Live::new(Table::from_iter([contact]), [], &cx)?;
    /// let audience = |filter: &str| Ok::<_, headcount::Errors>(Audience { id: Some("a1".into()), ..Audience::of(filter.parse()?) });
    /// assert_eq!(live.insert_audience(audience("click_count > 0")?)?.count(), 1);
    /// assert_eq!(live.replace_audience("a1", audience("click_count > 5")?)?.count(), 1);
    /// assert_eq!(live.remove_audience("a1")?.count(), 0, "nobody is in it");
    /// assert!(live.remove_audience("a1").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn insert_audience(&mut self, audience: Audience) -> Result<Events<'_>, Errors> {
        let number = self.set.next_number();
        let key = if audience.id.is_some() { "/id" } else { "/name" };
        self.roster.insert(number, audience.clone(), || Place::pointer(key.to_owned()))?;
        self.set.insert(&audience);
        self.begin_asking(number, &audience, None);
        Ok(self.events())
    }

    /// Puts an audience in the place of another, by whose name it goes.
    ///
    /// # Errors
    ///
    /// Where no audience goes by that name: `invalid_value`.
    pub fn replace_audience(&mut self, name: &str, audience: Audience) -> Result<Events<'_>, Errors> {
        let number = self.roster.number(name)?;
        let former = self.members(name)?;
        self.set.replace(number, &audience);
        let replaced = self.roster.replace(number, audience.clone());
        self.begin_asking(number, &audience, Some(former));
        if let Some(replaced) = replaced {
            self.schedule.remove(&replaced);
        }
        Ok(self.events())
    }

    /// Takes an audience out, which everybody leaves who is in it.
    ///
    /// # Errors
    ///
    /// Where no audience goes by that name: `invalid_value`.
    pub fn remove_audience(&mut self, name: &str) -> Result<Events<'_>, Errors> {
        let number = self.roster.number(name)?;
        let former = self.members(name)?;
        self.begin_anew();
        self.set.remove(number);
        if let Some(entry) = self.roster.remove(number) {
            self.schedule.remove(&entry.audience);
            self.untold.put_edit(self.clock, entry.name, Some(former), None);
        }
        Ok(self.events())
    }

    /// Counts an audience that comes, or comes in the place of one that had these members.
    fn begin_asking(&mut self, number: usize, audience: &Audience, former: Option<Members>) {
        self.begin_anew();
        self.schedule.add([audience], (&self.table, &self.phones), self.clock);
        let cx = self.cx();
        let members = self.table.members(audience, &cx);
        let size = match cx.semantics.unit {
            Unit::Contacts => members.len() as u64,
            Unit::Memberships => self.table.size(audience, &cx).value,
        };
        let Some(entry) = self.roster.get_mut(number) else { return };
        entry.size = size;
        let (left, entered) = match former {
            None => (None, members),
            // Both are of the table as it is.
            Some(former) => (Some(&former - &members), &members - &former),
        };
        self.untold.put_edit(self.clock, entry.name.clone(), left, Some(entered));
    }

    /// Forgets what has been asked of the next instant: it was asked for other audiences.
    fn begin_anew(&mut self) {
        self.instant = None;
        self.schedule.begin_anew(self.clock);
    }
}
