//! The model against patterns whose truth is planted.
