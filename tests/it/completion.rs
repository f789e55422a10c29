//! Completions of shells, the manual page and the doctor, from the real program.

use crate::sagetop::Home;

/// Returns what a shell would offer for the last of these words.
fn offered(home: &Home, words: &[&str]) -> Vec<String> {
    let run = home.run(&[&["--", "sagetop"], words].concat(), &[("COMPLETE", "fish")]).ends(0);
    run.out.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_shell_completes_commands_flags_and_their_values() {
    let home = Home::new();
    home.write(".aws/config", "[profile retail-prod]\nregion = eu-west-1\n[profile retail-staging]\n[profile other]\n");
    home.write("config/sagetop/sagetop.toml", "[[model]]\nname = \"churn\"\n[[account]]\nlabel = \"retail-lab\"\n");
    home.write("config/sagetop/themes/mine.toml", "inherits = \"dark\"\n");
    // What is typed, and everything that is offered.
    let cases: &[(&[&str], &[&str])] = &[
        (&["stat"], &["status"]),
        (&["--prof"], &["--profile"]),
        (&["--profile", "retail-"], &["retail-lab", "retail-prod", "retail-staging"]),
        (&["--profile", "nobody"], &[]),
        (&["status", "--region", "eu-south"], &["eu-south-1", "eu-south-2"]),
        (&["--theme", "mi"], &["mine"]),
        (&["--keymap", "e"], &["emacs"]),
        (&["demo", "stuck"], &["stuck-approval"]),
        (&["--model", ""], &["churn"]),
        (&["completions", "z"], &["zsh"]),
    ];
    for (words, wanted) in cases {
        assert_eq!(offered(&home, words), *wanted, "{words:?}");
    }
}

#[test]
fn every_shell_has_a_script() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = Home::new().run(&["completions", shell], &[]).ends(0);
        assert!(run.out.contains("sagetop") && run.out.contains("COMPLETE"), "{shell}: {}", run.out);
    }
    Home::new().run(&["completions", "tcsh"], &[]).ends(2).says("bash, zsh, fish, powershell, elvish");
}

#[test]
fn the_manual_page_is_of_the_program_or_of_a_command() {
    let whole = Home::new().run(&["man"], &[]).ends(0);
    assert!(whole.out.contains(".TH sagetop 1") && whole.out.contains("rollback"), "{}", whole.out);
    let one = Home::new().run(&["man", "rollback"], &[]).ends(0);
    assert!(one.out.contains(".TH sagetop-rollback 1") && one.out.contains("plan\\-only"), "{}", one.out);
    Home::new().run(&["man", "rolback"], &[]).ends(2).says("there is no command rolback");
}

/// The files, the arguments, the exit code, and texts that are shown.
type Case = (&'static [(&'static str, &'static str)], &'static [&'static str], i32, &'static [&'static str]);

#[cfg(not(feature = "iam"))]
#[test]
fn the_doctor_says_that_this_build_does_not_ask_iam() {
    Home::new().run(&["doctor", "--demo"], &[]).ends(0).says("▲ changes").says("this build leaves out iam");
}

#[test]
fn the_doctor_names_what_is_missing_and_how_to_get_it() {
    let cases: &[Case] = &[
        (&[], &["--demo"], 0, &["✓ credentials", "✓ region", "✓ sagemaker", "✓ journal"]),
        (&[], &[], 1, &["✗ region", "→ pass --region"]),
        (&[], &["--region", "eu-west-1"], 1, &["✗ credentials", "→ "]),
        (
            &[("config/sagetop/sagetop.toml", "them = 1\n")],
            &["--region", "eu-west-1"],
            1,
            &["✗ settings", "sagetop.toml:1:1", "theme"],
        ),
        (
            &[],
            &["--profile", "prodd", "--region", "eu-west-1"],
            1,
            &["✗ credentials", "no profile prodd", "→ use an existing profile"],
        ),
    ];
    for (files, arguments, code, texts) in cases {
        let home = Home::new();
        for (name, text) in *files {
            home.write(name, text);
        }
        let run = home.run(&[&["doctor"], *arguments].concat(), &[]);
        let run = run.ends(*code);
        for text in *texts {
            assert!(run.out.contains(text), "{arguments:?}: nothing about {text:?} in {}", run.out);
        }
    }
}
