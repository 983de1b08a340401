//! A process that restores the terminal if this one is killed or runs out of memory.
//!
//! Neither a panic hook nor a signal handler runs then. The guarding process is a shell that waits for the
//! end of a pipe.

use crate::util::platform;
use std::io::Write;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::Arc;

/// Reads whether the terminal is taken, one line per change. At the end of input, it restores the screen of a
/// taken terminal, and its modes if they are still raw (`-opost`): a shell that is already prompting for the
/// next command has set its own.
///
/// Signals to the process group must not end it before the program that it guards, and it must be able to
/// change modes in the background.
const SCRIPT: &str = r#"trap '' HUP INT QUIT TERM TSTP TTOU
exec 3<&1
while read -r word; do state=$word; done
[ "$state" = taken ] || exit 0
printf "$1"
case $(stty -a <&3) in *-opost*) stty "$2" <&3 ;; esac
printf '%s\r\n' 'mempulse was killed, or ran out of memory'"#;

/// Ends a frame, the mouse and bracketed paste.
const MODES: &str = r"\033[?2026l\033[?1006l\033[?1000l\033[?2004l";

/// Leaves the alternate screen and shows the cursor.
const LEAVE: &str = r"\033[?1049l\033[?25h";

/// Shows the cursor below a screen that is kept.
const KEEP: &str = r"\033[999;1H\033[0m\r\n\033[?25h";

/// The write end of the pipe to the guarding process, which ends with the last clone.
#[derive(Clone, Debug, Default)]
pub struct Guard(Option<Arc<ChildStdin>>);

impl Guard {
    /// Starts the process while the terminal still has the modes to restore. Without a shell or `stty`, there
    /// is no guard. Blocks for some ms.
    pub fn start(preserve_screen: bool) -> Self {
        let sequences = format!("{MODES}{}", if preserve_screen { KEEP } else { LEAVE });
        let started = platform::terminal_modes().and_then(|modes| {
            let mut shell = Command::new("sh");
            shell.args(["-c", SCRIPT, "mempulse-terminal", &sequences, &modes]);
            shell.stdin(Stdio::piped()).stderr(Stdio::null()).spawn()
        });
        if let Err(error) = &started {
            tracing::debug!(%error, "nothing restores the terminal if the program is killed");
        }
        Self(started.ok().and_then(|mut shell| shell.stdin.take()).map(Arc::new))
    }

    /// Notes whether the terminal is taken.
    pub fn note(&self, is_taken: bool) {
        let word: &[u8] = if is_taken { b"taken\n" } else { b"free\n" };
        if let Some(mut pipe) = self.0.as_deref() {
            // Fails only if the process was killed.
            let _ = pipe.write_all(word);
        }
    }
}
