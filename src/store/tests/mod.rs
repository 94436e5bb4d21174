//! Properties of the whole store.
