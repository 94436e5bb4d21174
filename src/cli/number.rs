//! A number that the user gives, turned into a search.

use super::Failure;
use super::context::counted;
use crate::delivery::{NotANumber, RecipientQuery};

/// Says that a server gave messages to other numbers, which were left out.
pub(super) fn did_not_search(others: usize) -> String {
    format!("The server did not search: {} to other numbers left out.", counted(others, "message"))
}

/// What `typed` searches for. `option` is the option it was given to, if any.
///
/// # Errors
/// Wrong usage: not a number, or too short a part of one.
pub(super) fn looked_for(option: Option<&str>, typed: Result<RecipientQuery, NotANumber>) -> Result<RecipientQuery, Failure> {
    let name = option.map(|option| format!("`{option}`"));
    let query = typed.map_err(|why| {
        let what = match &name {
            Some(name) => format!("{name} cannot look for this: {why}."),
            None => format!("This cannot be searched for: {why}."),
        };
        Failure::usage(what, "Give one number such as `+65 8000 1234`, or a part of it; or the letters and digits of an NRIC.")
    })?;
    if query.is_askable() {
        return Ok(query);
    }
    let what = match &name {
        None if query.is_empty() => "No number was given.".to_owned(),
        name => {
            let name = name.as_deref().unwrap_or("A number");
            format!("{name} needs at least {} digits or letters.", RecipientQuery::SHORTEST)
        }
    };
    Err(Failure::usage(what, "Give the number or a part of it: fewer digits would match nearly every recipient."))
}
