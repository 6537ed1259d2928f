//! Audiences over contacts that change and a clock that moves.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, SubsecRound, Utc};
use headcount::Errors;
use headcount::live::{Cause, EventKind};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::audience::{Audience, AudienceArgument, AudienceArguments};
use crate::contact::ContactArgument;
use crate::context::EvalContext;
use crate::data::{data, instant};
use crate::members::Members;
use crate::problems::{filter_error, record_error};
use crate::results::size::Size;
use crate::table::Table;
use crate::work::{at_length, briefly};

/// Contacts that are asked at a time for whom time passes: a few milliseconds, after which a signal is looked for.
const AT_A_TIME: usize = 1_000;

/// Audiences over a population that changes, and a clock that moves: sizes that are never stale, and who enters and leaves.
///
/// At every moment the size of each audience is what `Table.size` would count with the clock as now, and every change of
/// membership is told once, as an `Event`. The clock never runs back: what comes late is applied now. Audiences go by
/// names: their `id`; without one, their `name`; and without either their place among those that the set was made of, from
/// 0. The table that it is made of stays as it is.
///
/// What changes something gives its events as an iterator. Events that are not taken are told before all later ones. Several
/// threads may use it at once, one after the other.
///
/// Raises `FilterError` where an audience goes by the name of another, and where no audience goes by a name that is asked.
///
/// >>> recent = Audience("last_clicked_at within 30 days", id="recent")
/// >>> live = Live(Table([]), [recent], EvalContext("2025-11-15T08:30:00Z"))
/// >>> list(live.apply({"phone_number": "+14155550101", "last_clicked_at": "2025-11-15T08:29:00Z"}))
/// [<Event: +14155550101 entered recent at 2025-11-15T08:30:00Z by update>]
/// >>> live.size("recent").value
/// 1
/// >>> for event in live.advance("2025-12-31T00:00:00Z"):  # a month later, nothing having happened
/// ...     print(event.audience, event.phone_number, event.event, event.at)
/// recent +14155550101 left 2025-12-15 08:29:00.000001+00:00
#[pyclass(frozen, module = "headcount")]
pub struct Live(Mutex<headcount::Live>);

impl Live {
    fn lock(&self) -> MutexGuard<'_, headcount::Live> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The events of a change, without a limit of time.
fn told(live: &Bound<'_, Live>, done: Result<(), Errors>) -> PyResult<Events> {
    done.map_err(|errors| filter_error(live.py(), &errors, ""))?;
    Ok(Events { live: live.clone().unbind(), to: None })
}

#[pymethods]
impl Live {
    #[new]
    fn new(py: Python<'_>, table: &Table, audiences: AudienceArguments, cx: &EvalContext) -> PyResult<Self> {
        let (table, audiences) = (table.table.clone(), audiences.iter().cloned().collect::<Vec<_>>());
        let live = at_length(py, |_| headcount::Live::new(table, audiences, &cx.0))?;
        live.map(|live| Self(Mutex::new(live))).map_err(|errors| filter_error(py, &errors, ""))
    }

    /// Puts a record in the place of what is known of its contact's memberships, at an instant: now, unless another is given,
    /// to which the clock moves first.
    ///
    /// Raises `RecordError` for a record that is none.
    #[pyo3(signature = (contact, at=None))]
    fn apply(slf: &Bound<'_, Self>, contact: ContactArgument, at: Option<&Bound<'_, PyAny>>) -> PyResult<Events> {
        let (py, live, at) = (slf.py(), slf.get(), at.map(instant).transpose()?);
        let applied = briefly(py, || {
            let mut live = live.lock();
            let at = at.unwrap_or_else(|| live.now());
            live.apply(contact.get().clone(), at).map(drop)
        })?;
        applied.map_err(|errors| record_error(py, &errors, ""))?;
        told(slf, Ok(()))
    }

    /// Removes a contact, if there is one; `at` as for `apply`.
    ///
    /// >>> table, cx = Table([{"phone_number": "+14155550101", "click_count": 3}]), EvalContext("2025-11-15T08:30:00Z")
    /// >>> live = Live(table, ["click_count > 0"], cx)
    /// >>> [event.event for event in live.remove("+14155550101")]
    /// ['left']
    #[pyo3(signature = (phone_number, at=None))]
    fn remove(slf: &Bound<'_, Self>, phone_number: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<Events> {
        let (live, at) = (slf.get(), at.map(instant).transpose()?);
        briefly(slf.py(), || {
            let mut live = live.lock();
            let at = at.unwrap_or_else(|| live.now());
            drop(live.remove(phone_number, at));
        })?;
        told(slf, Ok(()))
    }

    /// Moves the clock up to an instant. It moves as events are taken: whoever stops taking them leaves it where they stopped.
    ///
    /// Raises `FilterError` for an instant before now.
    fn advance(slf: &Bound<'_, Self>, to: &Bound<'_, PyAny>) -> PyResult<Events> {
        let (live, to) = (slf.get(), instant(to)?.trunc_subsecs(6));
        // Nobody is asked yet.
        let may_advance = briefly(slf.py(), || live.lock().advance_some(to, 0).map(drop))?;
        let events = told(slf, may_advance)?;
        Ok(Events { to: Some(to), ..events })
    }

    /// The events that nobody has taken yet.
    fn events(slf: &Bound<'_, Self>) -> PyResult<Events> {
        told(slf, Ok(()))
    }

    /// Adds an audience; those who are in it enter it.
    ///
    /// >>> table, cx = Table([{"phone_number": "+14155550101", "click_count": 3}]), EvalContext("2025-11-15T08:30:00Z")
    /// >>> live = Live(table, [], cx)
    /// >>> len(list(live.insert_audience(Audience("click_count > 0", id="a1"))))
    /// 1
    /// >>> len(list(live.replace_audience("a1", Audience("click_count > 5", id="a1"))))
    /// 1
    /// >>> list(live.remove_audience("a1"))
    /// []
    fn insert_audience(slf: &Bound<'_, Self>, audience: AudienceArgument) -> PyResult<Events> {
        let (live, audience) = (slf.get(), audience.get().clone());
        told(slf, briefly(slf.py(), || live.lock().insert_audience(audience).map(drop))?)
    }

    /// Puts an audience in the place of another, by whose name it goes; those who are in one of the two alone enter or leave.
    fn replace_audience(slf: &Bound<'_, Self>, name: &str, audience: AudienceArgument) -> PyResult<Events> {
        let (live, audience) = (slf.get(), audience.get().clone());
        told(slf, briefly(slf.py(), || live.lock().replace_audience(name, audience).map(drop))?)
    }

    /// Takes an audience out; those who are in it leave it.
    fn remove_audience(slf: &Bound<'_, Self>, name: &str) -> PyResult<Events> {
        let live = slf.get();
        told(slf, briefly(slf.py(), || live.lock().remove_audience(name).map(drop))?)
    }

    /// What the clock shows, in UTC.
    #[getter]
    fn now(&self, py: Python<'_>) -> PyResult<DateTime<Utc>> {
        briefly(py, || self.lock().now())
    }

    /// The clock, and how filters are read.
    #[getter]
    fn cx(&self, py: Python<'_>) -> PyResult<EvalContext> {
        briefly(py, || self.lock().cx()).map(EvalContext)
    }

    /// The population as it is: a table that stays so.
    #[getter]
    fn table(&self, py: Python<'_>) -> PyResult<Table> {
        briefly(py, || self.lock().table().clone()).map(Table::from)
    }

    /// The audiences by their names, in their order.
    #[getter]
    fn audiences<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let named = |live: &headcount::Live| {
            live.audiences().map(|(name, audience)| (name.to_owned(), audience.clone())).collect::<Vec<_>>()
        };
        let audiences = PyDict::new(py);
        for (name, audience) in briefly(py, || named(&self.lock()))? {
            audiences.set_item(name, Audience(audience))?;
        }
        Ok(audiences)
    }

    /// The size of an audience, which is looked up.
    fn size(&self, py: Python<'_>, audience: &str) -> PyResult<Size> {
        let size = briefly(py, || self.lock().size(audience))?;
        size.map(Size).map_err(|errors| filter_error(py, &errors, ""))
    }

    /// The sizes of all audiences by their names, in their order.
    ///
    /// >>> live = Live(Table([]), [Audience("on_dnc", id="dnc")], EvalContext("2025-11-15T08:30:00Z"))
    /// >>> live.sizes()
    /// {'dnc': <Size: 0 contacts at 2025-11-15T08:30:00Z>}
    fn sizes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let named =
            |live: &headcount::Live| live.sizes().map(|(name, size)| (name.to_owned(), size)).collect::<Vec<_>>();
        let sizes = PyDict::new(py);
        for (name, size) in briefly(py, || named(&self.lock()))? {
            sizes.set_item(name, Size(size))?;
        }
        Ok(sizes)
    }

    /// The members of an audience as they are, found in one pass through the table.
    fn members(&self, py: Python<'_>, audience: &str) -> PyResult<Members> {
        let members = at_length(py, |_| self.lock().members(audience))?;
        members.map(Members).map_err(|errors| filter_error(py, &errors, ""))
    }

    /// The names of the audiences that a contact is in, in the order of audiences; none, if there is no such contact.
    fn audiences_of(&self, py: Python<'_>, phone_number: &str) -> PyResult<Vec<String>> {
        briefly(py, || self.lock().audiences_of(phone_number).into_iter().map(str::to_owned).collect())
    }

    /// The first instant after now at which the size of an audience is another one, if no contact changes; None if it never
    /// changes. It takes a pass through the table.
    fn valid_until(&self, py: Python<'_>, audience: &str) -> PyResult<Option<DateTime<Utc>>> {
        let until = at_length(py, |_| self.lock().valid_until(audience))?;
        until.map_err(|errors| filter_error(py, &errors, ""))
    }

    /// Does what changes leave to be done for the table, beside changes: to be called again and again on a thread in the
    /// background. From the first call on no change does more than writing some thousand contacts into columns.
    ///
    /// >>> live = Live(Table([]), [], EvalContext("2025-11-15T08:30:00Z"))
    /// >>> live.upkeep()
    fn upkeep(&self, py: Python<'_>) -> PyResult<()> {
        at_length(py, |stop| {
            let mut begun = self.lock().begin_upkeep();
            while let Some(mut upkeep) = begun.take().filter(|_| !stop.is_stopped()) {
                upkeep.work();
                begun = self.lock().end_upkeep(upkeep);
            }
        })
    }

    /// Saves it: the table, the audiences, the clock, the events that nobody has taken, and where the caller stands in the source
    /// of its updates, up to 64 KiB of bytes that are the caller's own.
    ///
    /// The file is written under another name beside its own, and moved: a save that fails leaves a former file as it was.
    /// What is opened again goes on as if it had not been saved: the same calls give the same events. Raises `OSError`.
    ///
    /// >>> import tempfile, pathlib
    /// >>> path = pathlib.Path(tempfile.mkdtemp()) / "live.headcount"
    /// >>> Live(Table([]), ["on_dnc"], EvalContext("2025-11-15T08:30:00Z")).save(path, b"line 17")
    /// >>> Live.open(path)
    /// (<Live: 1 audiences over 0 contacts at 2025-11-15T08:30:00Z>, b'line 17')
    #[pyo3(signature = (path, position=None))]
    fn save(&self, py: Python<'_>, path: PathBuf, position: Option<&[u8]>) -> PyResult<()> {
        let checkpoint = briefly(py, || self.lock().checkpoint(position.unwrap_or_default()))?;
        Ok(at_length(py, |_| checkpoint.save(&path))??)
    }

    /// Opens what was saved: with the position that was saved with it.
    ///
    /// Raises `RecordError` for what is no such file, is damaged, or is of another version.
    #[staticmethod]
    fn open<'py>(py: Python<'py>, path: PathBuf) -> PyResult<(Self, Bound<'py, PyBytes>)> {
        let opened = at_length(py, |_| headcount::Live::open(&path))?;
        let (live, position) = opened.map_err(|errors| record_error(py, &errors, ""))?;
        Ok((Self(Mutex::new(live)), PyBytes::new(py, &position)))
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        briefly(py, || self.lock().audiences().count())
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        briefly(py, || {
            let live = self.lock();
            let contacts = headcount_page::thousands(live.table().len() as u64);
            let now = headcount_page::instant(live.now());
            format!("<Live: {} audiences over {contacts} contacts at {now}>", live.audiences().count())
        })
    }
}

/// Events in their order, as they are taken.
///
/// >>> live = Live(Table([]), ["on_dnc"], EvalContext("2025-11-15T08:30:00Z"))
/// >>> list(live.advance("2025-11-16T08:30:00Z"))
/// []
/// >>> live.now.isoformat()
/// '2025-11-16T08:30:00+00:00'
#[pyclass(frozen, module = "headcount")]
pub struct Events {
    live: Py<Live>,
    /// Up to where the clock moves.
    to: Option<DateTime<Utc>>,
}

#[pymethods]
impl Events {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Event>> {
        let live = self.live.get();
        loop {
            let (event, is_there) = briefly(py, || {
                let mut live = live.lock();
                match self.to.filter(|to| live.now() < *to) {
                    Some(to) => (live.advance_some(to, AT_A_TIME).map(|mut events| events.next()), live.now() >= to),
                    None => (Ok(live.events().next()), true),
                }
            })?;
            match event.map_err(|errors| filter_error(py, &errors, ""))? {
                Some(event) => return Ok(Some(Event(event))),
                None if is_there => return Ok(None),
                None => py.check_signals()?,
            }
        }
    }
}

/// Somebody enters an audience, or leaves it.
///
/// - `at`: the first instant at which it is so, in UTC.
/// - `audience`: the name of the audience.
/// - `phone_number`: the contact.
/// - `event`: `"entered"` or `"left"`.
/// - `cause`: why: `"update"` where the contact changed, `"time"` where time passed, `"edit"` where the audience did.
///
/// >>> live = Live(Table([]), [Audience("on_dnc", id="dnc")], EvalContext("2025-11-15T08:30:00Z"))
/// >>> event = next(live.apply({"phone_number": "+14155550101", "on_dnc": True}))
/// >>> event.audience, event.phone_number, event.event, event.cause
/// ('dnc', '+14155550101', 'entered', 'update')
/// >>> event.to_dict()["at"]
/// '2025-11-15T08:30:00Z'
#[pyclass(frozen, eq, module = "headcount")]
#[derive(PartialEq)]
pub struct Event(headcount::live::Event);

#[pymethods]
impl Event {
    #[getter]
    fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    #[getter]
    fn audience(&self) -> &str {
        &self.0.audience
    }

    #[getter]
    fn phone_number(&self) -> &str {
        &self.0.phone_number
    }

    #[getter]
    fn event(&self) -> &'static str {
        match self.0.event {
            EventKind::Entered => "entered",
            EventKind::Left => "left",
        }
    }

    #[getter]
    fn cause(&self) -> &'static str {
        match self.0.cause {
            Cause::Update => "update",
            Cause::Time => "time",
            Cause::Edit => "edit",
            _ => "other",
        }
    }

    /// All attributes by their names, as `headcount watch` writes them.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        let (at, headcount::live::Event { audience, phone_number, .. }) = (headcount_page::instant(self.0.at), &self.0);
        format!("<Event: {phone_number} {} {audience} at {at} by {}>", self.event(), self.cause())
    }
}
