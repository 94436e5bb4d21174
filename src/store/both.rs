//! Two halves of a job at the same time: the machine has at least a second core.

/// Does two things, at the same time unless `in_turn`. Starting a thread takes some 50 µs, which the second must be
/// worth.
pub fn both<A: Send, B: Send>(in_turn: bool, first: impl FnOnce() -> A, second: impl FnOnce() -> B + Send) -> (A, B) {
    if in_turn {
        return (first(), second());
    }
    std::thread::scope(|scope| {
        let second = scope.spawn(second);
        let first = first();
        match second.join() {
            Ok(second) => (first, second),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
