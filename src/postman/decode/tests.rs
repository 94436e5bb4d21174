//! Every generation of body, and hostile ones.
