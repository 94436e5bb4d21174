//! The API, imitated: a pure, seeded world and the server in front of it.
