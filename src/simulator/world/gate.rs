//! The checks before a call: the key, the allow list, the pace, and the rights of the key.

use super::campaign::Campaign;
use super::refusal::Refusal;
use crate::simulator::options::KeyRights;

/// The key of an `Authorization` header.
pub(super) fn bearer(authorization: Option<&str>) -> Result<&str, Refusal> {
    let header = authorization.map(str::trim).filter(|header| !header.is_empty());
    let header = header.ok_or_else(Refusal::no_key)?;
    let (scheme, key) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::unauthorized());
    }
    let key = key.trim();
    if key.is_empty() { Err(Refusal::no_key()) } else { Ok(key) }
}

/// Whether a call with `key` may continue. A campaign that does not exist looks the same as a wrong key.
pub(super) fn admit<'a>(campaign: Option<&'a mut Campaign>, key: &str, writes: bool, now_us: i64) -> Result<&'a mut Campaign, Refusal> {
    let campaign = campaign.filter(|campaign| campaign.key == key).ok_or_else(Refusal::wrong_key)?;
    if !campaign.allow_listed {
        return Err(Refusal::address());
    }
    if !campaign.pace.admit(now_us) {
        return Err(Refusal::too_many_calls());
    }
    match campaign.rights {
        KeyRights::All => Ok(campaign),
        KeyRights::Reading if !writes => Ok(campaign),
        KeyRights::Reading | KeyRights::Nothing => Err(Refusal::forbidden()),
    }
}
