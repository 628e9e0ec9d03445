//! Panics: a mistake of this program that one request or one execution comes upon is the end of
//! that one, and of nothing else.
//!
//! Locks that were held are taken over as they are (`PoisonError::into_inner`, everywhere in the
//! runtime and the server): what they guard is changed by statements that cannot panic, so it is
//! whole at every moment.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// Waits for something; when it panics, what the panic said comes back. Nothing is spawned: who
/// drops this drops the work.
///
/// # Errors
/// With the words of the panic.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let mut work = pin!(work);
    // Whoever panicked is not asked again, only dropped.
    poll_fn(
        |context| match caught_at_once(|| work.as_mut().poll(context)) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(done)) => Poll::Ready(Ok(done)),
            Err(said) => Poll::Ready(Err(said)),
        },
    )
    .await
}

/// Does something; when it panics, what the panic said comes back.
///
/// # Errors
/// With the words of the panic.
pub fn caught_at_once<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| said(&*panic))
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without words").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_answer() {
        assert_eq!(caught(async { 7 }).await, Ok(7));
        let late = caught(async {
            tokio::task::yield_now().await;
            panic!("no {}", 7)
        });
        assert_eq!(late.await, Err::<(), _>("no 7".to_owned()));
        let odd = caught_at_once(|| std::panic::panic_any(7));
        assert_eq!(odd, Err::<(), _>("a panic without words".to_owned()));
    }
}
