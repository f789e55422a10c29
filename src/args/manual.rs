//! The manual page.

use std::io::Write;

use super::Args;

/// Writes the manual page of the program, or of one of its commands.
///
/// # Errors
/// A sentence for the terminal: there is no such command, or `out` cannot be written.
pub fn write_manual(command: Option<&str>, out: &mut dyn Write) -> Result<(), String> {
    let mut whole = Args::offered().name("sagetop");
    whole.build();
    let page = match command {
        None => whole,
        Some(name) => {
            let found = whole.find_subcommand(name).cloned();
            let names = || whole.get_subcommands().map(clap::Command::get_name).collect::<Vec<_>>().join(", ");
            found.ok_or_else(|| format!("error: there is no command {name}; there are {}\n", names()))?
        }
    };
    clap_mangen::Man::new(page).render(out).map_err(|error| format!("error: {error}\n"))
}
