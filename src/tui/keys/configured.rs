//! Keys from the configuration: read, and checked for what they would break.

use super::{Action, Bound, Chord, Context, KeyMap};
use crate::config::{Expected, KeyBinding, Located, Mistake, nearest};

/// A valid setting.
struct Understood<'a> {
    action: Action,
    setting: &'a KeyBinding,
    chords: Vec<Located<Chord>>,
}

impl KeyMap {
    /// The default keys with those that the configuration sets instead, and every mistake in them. A
    /// setting with a mistake has no effect, so its action keeps its default keys.
    pub fn configured(settings: &[KeyBinding]) -> (KeyMap, Vec<Mistake>) {
        let mut mistakes = Vec::new();
        let mut understood: Vec<Understood<'_>> =
            settings.iter().filter_map(|setting| understand(setting).map_err(|mut wrong| mistakes.append(&mut wrong)).ok()).collect();
        // Dropping a setting restores its action's default keys, which may clash with another setting.
        loop {
            let map = with(&understood);
            let Some((index, mistake)) = clash(&map, &understood) else {
                mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
                return (map, mistakes);
            };
            mistakes.push(mistake);
            understood.remove(index);
        }
    }
}

/// The table with these settings.
fn with(understood: &[Understood<'_>]) -> KeyMap {
    let mut map = KeyMap::default();
    for Understood { action, chords, .. } in understood {
        for line in map.lines.iter_mut().filter(|line| line.binding.action == *action && !line.is_fixed()) {
            line.keys = chords.iter().map(|chord| chord.value).collect();
        }
    }
    map
}

fn understand(setting: &KeyBinding) -> Result<Understood<'_>, Vec<Mistake>> {
    let name = setting.action.value.as_str();
    let Some(action) = Action::named(name) else {
        let names: Vec<String> = Action::all().into_iter().map(Action::name).collect();
        let nearest = nearest(name, names.iter().map(String::as_str));
        let expected = Expected { expected: "the name of a command, as listed behind `:`".to_owned(), nearest };
        return Err(vec![setting.action.mistake(format!("`{}` is not an action", crate::config::shown(name)), expected)]);
    };
    if KeyMap::default().lines.iter().filter(|line| line.binding.action == action).all(Bound::is_fixed) {
        let expected = Expected::new("another action: the key of this one is fixed");
        return Err(vec![setting.action.mistake(format!("`{name}` cannot be bound"), expected)]);
    }
    let (mut chords, mut wrong): (Vec<Located<Chord>>, _) = (Vec::new(), Vec::new());
    for written in &setting.chords {
        match written.parse(Chord::parse) {
            Err(mistake) => wrong.push(mistake),
            Ok(chord) if chords.iter().any(|known| known.value == chord) => {
                wrong.push(written.mistake(format!("`{chord}` appears twice for `{name}`"), Expected::new("each key once")));
            }
            Ok(chord) => match against(action, chord) {
                Some(expected) => wrong.push(written.mistake(format!("`{chord}` cannot be bound to `{name}`"), expected)),
                None => chords.push(Located::new(chord, written.line, written.column)),
            },
        }
    }
    if wrong.is_empty() { Ok(Understood { action, setting, chords }) } else { Err(wrong) }
}

/// Why a key can never be bound to an action, whatever else is bound.
fn against(action: Action, chord: Chord) -> Option<Expected> {
    let letter = chord.printable();
    if letter.is_some_and(char::is_uppercase) && action.may_write() {
        return Some(Expected::new("no capital letter: a capital letter never writes anything"));
    }
    let in_plan =
        || KeyMap::default().lines.iter().any(|line| line.binding.action == action && line.binding.contexts.contains(&Context::Plan));
    if letter.is_some_and(|letter| letter.is_ascii_digit()) && in_plan() {
        return Some(Expected::new("no digit: in a plan, digits type the count"));
    }
    None
}

/// The first setting whose key already means something else in the same context.
fn clash(map: &KeyMap, understood: &[Understood<'_>]) -> Option<(usize, Mistake)> {
    // Of two clashing settings the later one is at fault.
    for (index, Understood { action, chords, setting }) in understood.iter().enumerate().rev() {
        for chord in chords {
            for context in Context::ALL {
                let here = || map.lines.iter().filter(move |line| line.binding.contexts.contains(&context));
                let is_bound = |line: &&Bound| line.keys_in(context).any(|key| key == chord.value);
                let own = here().filter(|line| line.binding.action == *action).find(is_bound);
                let other = here().filter(|line| line.binding.action != *action).find(is_bound);
                if let (Some(_), Some(other)) = (own, other) {
                    let (key, name, other_name) = (chord.value, &setting.action.value, other.binding.action.name());
                    let what = format!("`{key}` cannot be `{name}`: in {} it is already `{other_name}`", context.name());
                    let expected = if other.is_fixed() {
                        "another key".to_owned()
                    } else {
                        format!("another key, or a different one for `{other_name}`")
                    };
                    return Some((index, chord.mistake(what, Expected::new(expected))));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests;
