//! A new campaign in a file, and in none.

use super::*;
use rstest::rstest;

const KEY: &str = "key_test_canary0123456789abcdef";

fn campaign(key: NewKey) -> NewCampaign {
    NewCampaign {
        name: "Clinic reminders".to_owned(),
        server: NewServer::Environment("test".to_owned()),
        id: "campaign_00000000-0000-4000-8000-000000000000".to_owned(),
        key,
        read_only: None,
    }
}

fn env() -> NewKey {
    NewKey::Env("CLINIC_KEY".to_owned())
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_first_file_is_made_that_the_program_reads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postwatch/config.toml");
    campaign(env()).write(&path).unwrap();
    let loaded = load(&path).unwrap();
    assert_eq!(loaded.mistakes, []);
    assert_eq!(loaded.config.campaigns[0].name, "Clinic reminders");
    #[cfg(unix)]
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn what_is_in_the_file_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let before = "# mine\n[display]\nascii   =   true # old terminal\n\n[[campaigns]] # the first\nname = 'A'\nid = 'a'\nenvironment = 'test'\nkey = { env = \"A\" }\n";
    fs::write(&path, before).unwrap();
    campaign(env()).write(&path).unwrap();
    let after = fs::read_to_string(&path).unwrap();
    assert!(after.starts_with(before), "{after}");
    assert_eq!(load(&path).unwrap().config.campaigns.len(), 2);
}

#[test]
fn a_key_that_was_typed_goes_into_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(folder.path().join("clinic-reminders.key"), "somebody's").unwrap();
    campaign(NewKey::Typed(KEY.into())).write(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("key = { file = \"clinic-reminders-2.key\" }") && !text.contains("canary"), "{text}");
    let key = load(&path).unwrap().config.campaigns[0].key.read(|_| None).unwrap();
    assert_eq!(key.expose_secret(), KEY);
    assert_eq!(fs::read_to_string(folder.path().join("clinic-reminders.key")).unwrap(), "somebody's");
    assert!(!format!("{:?}", campaign(NewKey::Typed(KEY.into()))).contains("canary"));
}

#[rstest]
#[case("[[campaigns]]\nname = 'Clinic reminders'\nid = 'a'\nenvironment = 'test'\nkey = { env = \"A\" }\n", "Clinic reminders")]
#[case("campaigns = []\n", "by hand")]
#[case("name = = 1\n", "fix it first")]
fn a_file_that_it_cannot_be_added_to_is_left_alone(#[case] before: &str, #[case] why: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, before).unwrap();
    let error = campaign(NewKey::Typed(KEY.into())).write(&path).unwrap_err();
    assert!(error.to_string().contains(why), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no key is left behind");
}

#[test]
fn a_mistake_that_was_there_before_does_not_stand_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, "[display]\nascii = 1\n").unwrap();
    campaign(env()).write(&path).unwrap();
    assert_eq!(load(&path).unwrap().mistakes.len(), 1);
}

#[test]
fn a_file_that_changed_meanwhile_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, "# new\n").unwrap();
    let error = replace(&path, Some("# old\n"), "# mine\n").unwrap_err();
    assert!(matches!(error, WriteError::Changed { .. }), "{error}");
    let error = replace(&path, None, "# mine\n").unwrap_err();
    assert!(matches!(error, WriteError::Changed { .. }), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "# new\n");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_modes_stay() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("dotfiles.toml");
    fs::write(&real, "").unwrap();
    fs::set_permissions(&real, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    let link = folder.path().join("config.toml");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    campaign(env()).write(&link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains("Clinic reminders"));
    assert_eq!(mode(&real), 0o640);
}

#[test]
fn mistakes_are_told_by_field() {
    let fields = |new: &NewCampaign| new.mistakes().into_iter().map(|(field, _)| field).collect::<Vec<_>>();
    assert_eq!(fields(&campaign(env())), []);
    assert_eq!(fields(&NewCampaign { name: " ".to_owned(), ..campaign(env()) }), [NewField::Name]);
    assert_eq!(fields(&NewCampaign { id: "a b".to_owned(), ..campaign(env()) }), [NewField::Id]);
    assert_eq!(fields(&campaign(NewKey::Env("9".to_owned()))), [NewField::Key]);
    assert_eq!(fields(&campaign(NewKey::File(String::new()))), [NewField::Key]);
    let typed = campaign(NewKey::Typed("canary canary".into())).mistakes();
    assert!(typed.len() == 1 && typed[0].0 == NewField::Key && !typed[0].1.contains("canary"), "{typed:?}");
    assert!(campaign(env()).as_configured().is_some());
    assert!(campaign(NewKey::Env(String::new())).as_configured().is_none());
}
