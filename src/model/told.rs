//! Whom an alarm that fires tells: the things that it calls, and whether a person is among them.

use super::AlarmReceiver;
use super::people::{Reach, reach};
use crate::resources::Store;
use crate::resources::alarm::Alarm;

/// The reason why no person hears of an alarm that fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// It calls nothing, its actions are held back, or nobody listens to its topics.
    Nobody,
    /// A mute rule mutes it.
    Muted,
}

impl Silence {
    /// Returns the sign that stands behind the name of the alarm.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Nobody => "→ nobody",
            Self::Muted => "muted",
        }
    }
}

/// Returns why no person hears of an alarm, by its receiver if it has no action of its own. `None` if somebody hears of
/// it, or if that is not known.
#[must_use]
pub fn silence(store: &Store, alarm: &Alarm, receiver: Option<&AlarmReceiver>) -> Option<Silence> {
    match receiver {
        Some(AlarmReceiver::Nobody | AlarmReceiver::Suppressed(_) | AlarmReceiver::Quiet(_)) => Some(Silence::Nobody),
        Some(AlarmReceiver::Muted(_)) => Some(Silence::Muted),
        Some(
            AlarmReceiver::Composite(_)
            | AlarmReceiver::Perhaps(_)
            | AlarmReceiver::Rule(_)
            | AlarmReceiver::PerhapsRule(_)
            | AlarmReceiver::Deployment(_)
            | AlarmReceiver::Unread,
        ) => None,
        None => {
            let mut topics = alarm.calls("sns").peekable();
            let has_topics = topics.peek().is_some();
            let all_lost = topics.all(|topic| matches!(reach(store, topic), Reach::Nobody(_)));
            (has_topics && all_lost).then_some(Silence::Nobody)
        }
    }
}

/// Returns what an alarm calls. If no topic of it reaches anybody, that comes first:
/// `nobody (oncall-page unconfirmed), recommendation-fallback`.
#[must_use]
pub fn called(store: &Store, alarm: &Alarm) -> String {
    let (mut lost, mut others, mut heard) = (Vec::new(), Vec::new(), false);
    for arn in &alarm.actions {
        let name = arn.rsplit(':').next().unwrap_or(arn);
        let is_topic = alarm.calls("sns").any(|topic| topic == arn);
        match reach(store, arn) {
            Reach::Nobody(why) if is_topic => lost.push(format!("{name} {}", why.brief())),
            Reach::Nobody(_) | Reach::Somebody | Reach::Unknown(_) | Reach::Unread => {
                heard |= is_topic;
                others.push(name.to_owned());
            }
        }
    }
    if lost.is_empty() || heard {
        others.append(&mut lost);
        return others.join(", ");
    }
    others.insert(0, format!("nobody ({})", lost.join(", ")));
    others.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Muted;
    use crate::model::testing::{Account, TOPIC, alarm};

    const LAMBDA: &str = "arn:aws:lambda:eu-west-1:123456789012:function:fallback";
    const OTHER: &str = "arn:aws:sns:eu-west-1:123456789012:ml-warn";

    #[test]
    fn an_alarm_says_that_its_topics_reach_nobody_before_what_else_it_calls() {
        let calls = |actions: &[&str]| Alarm {
            actions: actions.iter().map(|&arn| arn.to_owned()).collect(),
            ..alarm("ctr", "ALARM")
        };
        let well = Account::healthy();
        let mut lost = Account::healthy();
        lost.subscriptions.clear();
        lost.topics[0].listeners = Some(Vec::new());
        lost.topics[0].confirmed = None;
        let cases = [
            (&well, &[TOPIC, LAMBDA][..], "page, fallback", None),
            (&lost, &[TOPIC, LAMBDA], "nobody (page has no subscription), fallback", Some(Silence::Nobody)),
            (&lost, &[OTHER, TOPIC], "ml-warn, page has no subscription", None),
            (&lost, &[LAMBDA], "fallback", None),
        ];
        for (account, actions, told, silent) in cases {
            let (store, alarm) = (account.observed().store, calls(actions));
            assert_eq!((called(&store, &alarm).as_str(), silence(&store, &alarm, None)), (told, silent), "{actions:?}");
        }
    }

    #[test]
    fn what_has_no_action_of_its_own_is_silent_where_its_receiver_is_nobody() {
        let (store, alarm) = (Store::default(), alarm("ctr", "ALARM"));
        let muted = Muted { rule: "release".into(), since: None, until: None };
        let cases = [
            (AlarmReceiver::Nobody, Some(Silence::Nobody)),
            (AlarmReceiver::Suppressed("x".into()), Some(Silence::Nobody)),
            (AlarmReceiver::Quiet("x".into()), Some(Silence::Nobody)),
            (AlarmReceiver::Muted(muted), Some(Silence::Muted)),
            (AlarmReceiver::Composite("x".into()), None),
            (AlarmReceiver::Unread, None),
        ];
        for (receiver, silent) in cases {
            assert_eq!(silence(&store, &alarm, Some(&receiver)), silent, "{receiver:?}");
        }
    }
}
