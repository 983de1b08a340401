//! Shares of a whole.

/// Returns `part / whole` (0–1), or `None` if `whole` is zero.
#[expect(clippy::cast_precision_loss, reason = "a share is shown with three digits")]
pub(crate) fn share(part: u64, whole: u64) -> Option<f32> {
    (whole > 0).then(|| part as f32 / whole as f32)
}
