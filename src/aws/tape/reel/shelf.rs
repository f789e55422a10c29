//! All replies to one request, and which of them is the answer at a position.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;

use super::super::asked::Asked;
use super::super::family::Pick;
use super::super::lock;
use super::super::pages::{self, Fold};
use super::super::scrub::Reply;
use super::{Moment, disturbed, passes};

/// Seconds in which what comes next is what is asked for now.
const SOON: i64 = 5;

/// One reply.
#[derive(Debug, Clone)]
pub(in super::super) struct Take {
    /// When it was there.
    pub(in super::super) at: Timestamp,
    /// The page that was asked for.
    pub(in super::super) page: Option<String>,
    /// The page that would follow.
    pub(in super::super) next: Option<String>,
    /// It tells of some of the things on its shelf only.
    pub(in super::super) partial: bool,
    /// What was asked, where the shelf is shared; empty where it is always the same.
    pub(in super::super) key: String,
    pub(in super::super) reply: Arc<Reply>,
    /// When it was over: an error that passes, as soon as the service answers anything at all.
    pub(in super::super) until: Option<Timestamp>,
    /// Of the first page of a listing: how many replies there are when it was read to its end.
    pub(in super::super) reaches: usize,
}

impl Take {
    fn stands(&self, position: Timestamp) -> bool {
        self.until.is_none_or(|until| position < until)
    }
}

/// What is answered, and when it was recorded.
#[derive(Debug, Clone)]
pub(in super::super) struct Answer {
    pub(in super::super) at: Timestamp,
    pub(in super::super) reply: Arc<Reply>,
}

/// All replies to one request, oldest first.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    pub(super) takes: Vec<Take>,
    /// Can its replies be laid over one another?
    pub(super) lists: bool,
    /// Who answers: scope and service.
    pub(super) from: String,
    fold: Mutex<Fold>,
}

impl Shelf {
    /// Tells first pages how far they were read on.
    pub(super) fn link(&mut self) {
        let mut begun: HashMap<String, usize> = HashMap::new();
        for place in 0..self.takes.len() {
            let Some(take) = self.takes.get(place) else { return };
            let first = take.page.as_ref().map_or(Some(place), |page| begun.remove(page));
            let Some(first) = first.filter(|_| !take.partial) else { continue };
            begun.extend(take.next.clone().map(|next| (next, first)));
            if let Some(first) = self.takes.get_mut(first) {
                first.reaches = place + 1;
            }
        }
    }

    pub(super) fn answer(&self, asked: &Asked, pick: Option<&Pick>, moment: Moment) -> Option<Answer> {
        if moment.undisturbed
            && let Some(answer) = self.undisturbed(asked, pick, moment.position)
        {
            return Some(answer);
        }
        let position = moment.position;
        let (page, key) = (asked.page.as_deref(), pick.map_or("", |_| asked.key.as_str()));
        let all = Pick::default();
        let pick = pick.unwrap_or(&all);
        let before = self.takes.partition_point(|take| take.at <= position);
        if !self.lists {
            let fits = |take: &&Take| take.page.as_deref() == page && take.stands(position);
            let (past, future) = self.takes.split_at_checked(before)?;
            // What fails in a moment is under way: it was not answered at all.
            let soon = |take: &&Take| fits(take) && take.at.as_second() - position.as_second() < SOON;
            let take = past
                .iter()
                .rev()
                .find(fits)
                .or_else(|| future.iter().find(soon))
                .or_else(|| future.iter().find(|take| fits(take) && take.until.is_none()))
                .or_else(|| future.iter().find(fits))?;
            return Some(Answer { at: take.at, reply: take.reply.clone() });
        }
        if let Some(page) = page {
            let (upto, from) = pages::ours(page)?;
            return self.page(pick, upto, from);
        }
        // A reading that has begun is shown as a whole: half of it would be taken for all there is.
        let begun = |take: &&Take| take.page.is_none() && !take.partial;
        let (past, future) = self.takes.split_at_checked(before)?;
        let begun = past.iter().rev().find(begun).map(|take| take.reaches);
        let upto = match before {
            0 if future.first().is_some_and(|take| take.at.as_second() - position.as_second() < SOON) => {
                future.first().map_or(1, |take| take.reaches.max(1))
            }
            0 => future.iter().find(|take| take.until.is_none()).map_or(1, |take| take.reaches.max(1)),
            _ => begun.unwrap_or_default().max(before),
        };
        let takes = self.takes.get(..upto)?;
        // What passes fails every question; otherwise the same question that failed does so again, whatever others told.
        let last = past.last().filter(|take| take.stands(position) && passes(&take.reply));
        if let Some(same) = last.or_else(|| takes.iter().rev().find(|take| take.key == key && take.stands(position)))
            && same.reply.status != 200
        {
            return Some(Answer { at: same.at, reply: same.reply.clone() });
        }
        let newest = takes.iter().rev().find(|take| take.stands(position))?;
        if newest.key == key && newest.page.is_none() && newest.next.is_none() {
            return Some(Answer { at: newest.at, reply: newest.reply.clone() });
        }
        self.page(pick, upto, 0)
    }

    /// What was answered well before the trouble of now. `None` where that never was, or goes on with a page.
    fn undisturbed(&self, asked: &Asked, pick: Option<&Pick>, position: Timestamp) -> Option<Answer> {
        let well = |take: &&Take| !disturbed(&take.reply);
        let before = self.takes.partition_point(|take| take.at <= position);
        let past = self.takes.get(..before)?;
        if !self.lists {
            let take = past.iter().rev().find(|take| take.page == asked.page && well(take))?;
            return Some(Answer { at: take.at, reply: take.reply.clone() });
        }
        let key = pick.map_or("", |_| asked.key.as_str());
        // A question is answered by itself, or out of all that there is.
        let tells = |take: &&Take| (take.key == key || !take.partial) && take.page.is_none() && well(take);
        let begun = past.iter().rev().find(tells).filter(|_| asked.page.is_none())?;
        let upto = begun.reaches.max(before);
        let newest = self.takes.get(..upto)?.iter().rev().find(well)?;
        if newest.key == key && newest.page.is_none() && newest.next.is_none() {
            return Some(Answer { at: newest.at, reply: newest.reply.clone() });
        }
        let all = Pick::default();
        Some(Answer { at: newest.at, ..self.page(pick.unwrap_or(&all), upto, 0)? })
    }

    fn page(&self, pick: &Pick, upto: usize, from: usize) -> Option<Answer> {
        let takes = self.takes.get(..upto)?;
        let listing = |take: &&Take| take.page.is_none() && take.reply.status == 200;
        let envelope = takes.iter().rev().find(listing).or(takes.last())?;
        let mut fold = lock(&self.fold);
        fold.advance(takes, upto);
        let reply = fold.page(&envelope.reply, pick, from)?;
        Some(Answer { at: takes.last()?.at, reply: Arc::new(reply) })
    }
}
