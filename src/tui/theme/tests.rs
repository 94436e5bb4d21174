//! What must hold for every theme.

use std::collections::HashSet;

use ratatui::style::{Color, Modifier};
use rstest::rstest;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::delivery::Status;

const CHOICES: [ThemeChoice; 5] = [ThemeChoice::Auto, ThemeChoice::Dark, ThemeChoice::Light, ThemeChoice::HighContrast, ThemeChoice::None];
const DEPTHS: [ColourDepth; 4] = [ColourDepth::None, ColourDepth::Sixteen, ColourDepth::Palette, ColourDepth::True];

/// The colour as red, green and blue; `None` for the terminal's own.
fn rgb(colour: Option<Color>) -> Option<u32> {
    match colour? {
        Color::Rgb(red, green, blue) => Some(u32::from(red) << 16 | u32::from(green) << 8 | u32::from(blue)),
        Color::Indexed(index) => Some(palette::fixed(index)),
        _ => None,
    }
}

/// WCAG 2's relative luminance.
fn luminance(rgb: u32) -> f64 {
    let part = |shift: u32| {
        let part = f64::from(rgb >> shift & 0xff) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
}

fn contrast(one: u32, other: u32) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[rstest]
#[case(ThemeChoice::Dark, 0xe6e8ec, 0x101216)]
#[case(ThemeChoice::Dark, 0xffffff, 0x000000)]
#[case(ThemeChoice::Light, 0x000000, 0xffffff)]
#[case(ThemeChoice::HighContrast, 0x000000, 0xffffff)]
fn every_text_can_be_read(
    #[case] choice: ThemeChoice,
    #[case] foreground: u32,
    #[case] background: u32,
    #[values(ColourDepth::Palette, ColourDepth::True)] depth: ColourDepth,
) {
    let theme = Theme::new(choice.clone(), depth);
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Rule) {
        let style = theme.style(role);
        let ratio = contrast(rgb(style.fg).unwrap_or(foreground), rgb(style.bg).unwrap_or(background));
        assert!(ratio >= 4.5, "{role:?} of {choice:?} has a contrast of {ratio:.2}");
    }
}

/// Many terminals show bold black as grey, which cannot be read on yellow; the line around it is bold.
#[test]
fn black_letters_are_never_bold() {
    for choice in CHOICES {
        let theme = Theme::new(choice.clone(), ColourDepth::Sixteen);
        let around = theme.style(Role::Header);
        for role in Role::ALL {
            let style = around.patch(theme.style(role));
            let is_grey = style.fg == Some(Color::Black) && style.add_modifier.contains(Modifier::BOLD);
            assert!(!is_grey, "{role:?} of {choice:?}");
        }
    }
}

#[test]
fn the_contrast_is_computed_as_the_standard_has_it() {
    assert!((contrast(0xffffff, 0) - 21.0).abs() < 1e-9);
    assert!((contrast(0x777777, 0xffffff) - 4.48).abs() < 0.01);
}

#[test]
fn nothing_is_dim_and_production_looks_like_nothing_else() {
    for (choice, depth) in CHOICES.iter().flat_map(|choice| DEPTHS.map(|depth| (choice.clone(), depth))) {
        let theme = Theme::new(choice.clone(), depth);
        for role in Role::ALL {
            assert!(!theme.style(role).add_modifier.contains(Modifier::DIM));
        }
        for other in [Role::Text, Role::Header, Role::Selected, Role::Failed, Role::Warning, Role::Strong] {
            assert_ne!(theme.style(Role::Production), theme.style(other), "{choice:?} {depth:?} {other:?}");
        }
        assert!(theme.style(Role::Production).add_modifier.contains(Modifier::BOLD));
        assert_ne!(theme.style(Role::Selected), theme.style(Role::Text));
        assert_ne!(theme.style(Role::Focus), theme.style(Role::Text));
    }
}

#[test]
fn without_colours_there_is_no_colour() {
    for theme in [Theme::new(ThemeChoice::Dark, ColourDepth::None), Theme::new(ThemeChoice::None, ColourDepth::True)] {
        for role in Role::ALL {
            assert_eq!((theme.style(role).fg, theme.style(role).bg), (None, None), "{role:?}");
        }
    }
}

#[test]
fn a_role_keeps_its_place() {
    for (index, role) in Role::ALL.into_iter().enumerate() {
        assert_eq!(role as usize, index);
    }
}

#[test]
fn the_palette_of_256_is_the_usual_one() {
    assert_eq!((palette::fixed(16), palette::fixed(231), palette::fixed(196)), (0, 0xffffff, 0xff0000));
    assert_eq!((palette::fixed(232), palette::fixed(255)), (0x080808, 0xeeeeee));
}

#[rstest]
fn every_status_has_a_sign_of_its_own_one_column_wide(#[values(false, true)] ascii: bool) {
    let all = Status::KNOWN.into_iter().chain([Status::from_api("parked")]);
    let signs: Vec<_> = all.map(|status| sign(&status, ascii)).collect();
    assert_eq!(signs.iter().collect::<HashSet<_>>().len(), 8);
    for sign in signs {
        assert_eq!((sign.width(), sign.is_ascii() || !ascii), (1, true), "{sign}");
    }
}
