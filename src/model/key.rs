//! The keys of the lookup tables of a join.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use foldhash::fast::RandomState;

use crate::resources::Resource;

/// A fast map. Its hasher resists no attacks, because nobody attacks their own console with the names in their
/// account.
pub(super) type Keyed<K, V> = HashMap<K, V, RandomState>;

/// A name or an ARN. AWS compares them without regard to case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name<'a>(pub(super) &'a str);

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Name<'_> {}

impl Hash for Name<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Hash eight bytes at a time, because that is faster than single bytes. The mask sets the bit that
        // distinguishes lower case from upper case.
        let mut take = |word| state.write_u64(u64::from_le_bytes(word) | 0x2020_2020_2020_2020);
        let (words, rest) = self.0.as_bytes().as_chunks();
        words.iter().copied().for_each(&mut take);
        let mut last = [0; 8];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        take(last);
    }
}

/// Returns the rows whose id begins with a text. `rows` must be sorted by id.
pub(super) fn beginning<'a, T: Resource>(rows: &[&'a T], text: &str) -> impl Iterator<Item = &'a T> {
    let first = rows.partition_point(|row| row.id() < text);
    rows.iter().skip(first).copied().take_while(move |row| row.id().starts_with(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::group::ModelPackageGroup;

    #[test]
    fn names_differ_by_more_than_case() {
        let long = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/Fraud/12";
        let known: Keyed<Name, i32> =
            [(Name("fraud"), 1), (Name("fraud-v2"), 2), (Name(long), 3)].into_iter().collect();
        let found = |name: &str| known.get(&Name(name)).copied();
        assert_eq!([found("Fraud"), found("FRAUD-V2"), found(&long.to_uppercase())], [Some(1), Some(2), Some(3)]);
        assert_eq!([found("fraud-v"), found("fraud\0"), found("")], [None; 3]);
    }

    #[test]
    fn rows_are_found_by_their_beginning() {
        let rows = ["a", "fraud", "fraud-v2", "g"].map(|n| ModelPackageGroup { name: n.into(), ..Default::default() });
        let rows: Vec<&ModelPackageGroup> = rows.iter().collect();
        let found = |text| beginning(&rows, text).map(|g| g.name.as_str()).collect::<Vec<_>>();
        assert_eq!(found("fraud"), ["fraud", "fraud-v2"]);
        assert_eq!(found("fraud-v3"), [""; 0]);
        assert_eq!(found("").len(), 4);
    }
}
