//! Keys in a line that is typed into, and what the commands do.

use crossterm::event::KeyEvent;
use tui_input::InputRequest;

use super::super::state::{Dialog, LONGEST_LINE, Prompt, PromptKind, State, Typed, matching_commands, understood};
use super::super::{Action, Copied, Effect};
use super::find::edit;
use crate::delivery::clean_line;
use crate::monitor::NoticeWeight;

impl State {
    pub(super) fn open_prompt(&mut self, kind: PromptKind, text: &str) {
        self.dialog = Dialog::Prompt(Box::new(Prompt::new(kind, text)));
    }

    pub(super) fn prompt_key(&mut self, action: Action, key: KeyEvent, effects: &mut Vec<Effect>) {
        match action {
            Action::Back => self.dialog = Dialog::None,
            Action::Enter => self.enter_prompt(effects),
            Action::NextPane => self.complete(),
            // Moving within the line is the line's own business.
            _ => self.type_prompt(key),
        }
    }

    /// A key that is text, or that edits the line.
    pub(super) fn type_prompt(&mut self, key: KeyEvent) {
        let Some(request) = edit(key) else { return };
        self.edit_prompt(request);
    }

    pub(super) fn paste_prompt(&mut self, text: &str) {
        let first = text.trim().lines().next().unwrap_or_default();
        for letter in clean_line(first).chars() {
            self.edit_prompt(InputRequest::InsertChar(letter));
        }
    }

    fn edit_prompt(&mut self, request: InputRequest) {
        let Dialog::Prompt(prompt) = &mut self.dialog else { return };
        if matches!(request, InputRequest::InsertChar(_)) && prompt.typed().chars().count() >= LONGEST_LINE {
            return;
        }
        prompt.input.handle(request);
        prompt.problem.clear();
    }

    /// Tab: as much as all commands have in common that begin with what was typed.
    fn complete(&mut self) {
        let Dialog::Prompt(prompt) = &mut self.dialog else { return };
        if prompt.kind != PromptKind::Command {
            return;
        }
        let words: Vec<&str> = matching_commands(prompt.typed()).map(|command| command.word).collect();
        let Some(first) = words.first() else { return };
        let common =
            (0..=first.len()).rev().find_map(|end| first.get(..end).filter(|head| words.iter().all(|word| word.starts_with(head))));
        if let Some(common) = common.filter(|common| common.len() > prompt.typed().trim().len()) {
            **prompt = Prompt::new(PromptKind::Command, common);
        }
    }

    fn enter_prompt(&mut self, effects: &mut Vec<Effect>) {
        let Dialog::Prompt(prompt) = &self.dialog else { return };
        let (kind, typed) = (prompt.kind.clone(), prompt.typed().to_owned());
        let problem = match kind {
            PromptKind::Command => match understood(&typed) {
                Ok(command) => {
                    self.dialog = Dialog::None;
                    return self.carry_out_command(command, effects);
                }
                Err(problem) => problem,
            },
            PromptKind::Unlock if self.unlock(&typed, effects) => String::new(),
            PromptKind::Unlock if typed.is_empty() => "type the name, or Esc".to_owned(),
            PromptKind::Unlock => "that is not the name, to the letter".to_owned(),
            PromptKind::Export(_) if typed.trim().is_empty() => "type a file's name, or Esc".to_owned(),
            PromptKind::Export(export) => {
                let path = typed.trim().to_owned();
                effects.push(Effect::Export { campaign: self.index(), path, text: Copied(export.text), detail: export.detail });
                String::new()
            }
        };
        if problem.is_empty() {
            self.dialog = Dialog::None;
        } else if let Dialog::Prompt(prompt) = &mut self.dialog {
            prompt.problem = problem;
        }
    }

    fn carry_out_command(&mut self, command: Typed, effects: &mut Vec<Effect>) {
        match command {
            Typed::Unlock => self.begin_unlock(),
            Typed::Lock => self.lock(effects),
            Typed::Stop => self.stop_run(effects),
            Typed::Resume => self.resume_run(effects),
            Typed::Results => self.open_results(),
            Typed::Again => self.plan_not_started(),
            Typed::Reload => self.reload(effects),
            Typed::Notices => self.open_notices(),
            Typed::Help => self.open_help(),
        }
    }

    /// `:reload`. What is under way is known to the workers of now alone, so it must end first.
    fn reload(&mut self, effects: &mut Vec<Effect>) {
        if self.is_acting() {
            self.tell(NoticeWeight::Warning, "not read again: a retry is under way", "", ":stop ends a run after the call under way");
            return;
        }
        effects.push(Effect::Reload);
    }

    /// `:unlock` asks for the name where that opens anything.
    fn begin_unlock(&mut self) {
        let Some(campaign) = self.campaign() else { return };
        if !campaign.is_locked(self.now) {
            self.tell(NoticeWeight::Info, "this campaign takes actions already", "", "");
            return;
        }
        self.open_prompt(PromptKind::Unlock, "");
    }
}
