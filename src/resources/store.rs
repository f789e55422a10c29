//! Generates everything that has a part for each kind, from the list in `resources.rs`.

/// Declares the kinds in groups, by the service that is called. They are listed and started in this order, worst news
/// first.
///
/// A group may carry a `#[cfg(…)]`: if its feature is off, the program has no such kind. A service may have several
/// groups.
macro_rules! resources {
    (@all $(#[$cfg:meta] $service:ident $field:ident: $variant:ident($kind:ty) = $name:literal,)+) => {
        /// A kind of thing that is read from AWS.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[$cfg] #[doc = concat!("The rows of `", $name, "`.")] $variant,)+
        }

        impl Kind {
            /// All kinds, in the order of the list.
            pub const ALL: &[Self] = &[$(#[$cfg] Self::$variant,)+];

            /// Returns its name in `dump`, in the snapshot and among the sources: AWS's words in lower case.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(#[$cfg] Self::$variant => $name,)+ }
            }
            /// Returns AWS's word for one thing of the kind. Only kinds that are attached to others have one; see
            /// [`Resource::references`](crate::resources::Resource::references).
            #[must_use]
            pub fn noun(self) -> Option<&'static str> {
                match self { $(#[$cfg] Self::$variant => <$kind as Resource>::NOUN,)+ }
            }
            /// Returns whether things of the kind concern all models, even those that they do not name.
            #[must_use]
            pub fn concerns_all(self) -> bool {
                match self { $(#[$cfg] Self::$variant => <$kind as Resource>::CONCERNS_ALL,)+ }
            }
            /// Returns whether things of the kind may start the things that they name.
            #[must_use]
            pub fn starts(self) -> bool {
                match self { $(#[$cfg] Self::$variant => <$kind as Resource>::STARTS,)+ }
            }
            /// Returns the service that is called for it. Its limits are shared by all kinds of the service.
            #[must_use]
            pub fn service(self) -> &'static crate::aws::Service {
                match self { $(#[$cfg] Self::$variant => &crate::aws::SERVICES.$service,)+ }
            }
        }

        /// All tables. Clones share their rows.
        #[derive(Debug, Clone, Default)]
        pub struct Store {
            $(#[$cfg] #[doc = concat!("The rows of `", $name, "`.")] pub $field: Table<$kind>,)+
        }

        /// The table of a kind after one poll, and the changes that the poll made.
        #[derive(Debug, Clone)]
        pub enum TableUpdate {
            $(#[$cfg] #[doc = concat!("A poll of `", $name, "`.")] $variant(Table<$kind>, Vec<Change>),)+
        }

        impl TableUpdate {
            /// Returns the kind that was polled.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self { $(#[$cfg] Self::$variant(..) => Kind::$variant,)+ }
            }
            /// Returns the state of its source.
            #[must_use]
            pub fn source(&self) -> Source {
                match self { $(#[$cfg] Self::$variant(table, _) => table.source(),)+ }
            }
        }

        impl Store {
            /// Takes the table of one poll, and returns the changes.
            pub fn apply(&mut self, update: TableUpdate) -> Vec<Change> {
                match update {
                    $(#[$cfg] TableUpdate::$variant(table, changes) => {
                        self.$field = table;
                        changes
                    })+
                }
            }
            /// Returns the table of a kind.
            #[must_use]
            pub fn table(&self, kind: Kind) -> &dyn AnyTable {
                match kind { $(#[$cfg] Kind::$variant => &self.$field,)+ }
            }
            /// Applies a patch to the table of this kind, and returns the changes with the time `at`.
            ///
            /// # Errors
            /// When a row cannot be read as one of its kind.
            pub fn patch(&mut self, kind: Kind, patch: Patch, at: jiff::Timestamp) -> serde_json::Result<TableUpdate> {
                match kind {
                    $(#[$cfg] Kind::$variant => {
                        let changes = self.$field.patch(patch, at)?;
                        Ok(TableUpdate::$variant(self.$field.clone(), changes))
                    })+
                }
            }
            /// Returns the tables as a later run begins with them: their rows are marked as those of an earlier run.
            #[must_use]
            pub fn saved(self) -> Self {
                Self { $(#[$cfg] $field: self.$field.saved(),)+ }
            }
        }

        impl TableUpdate {
            /// Writes the patches that turn the table of its kind in `before` into this one.
            ///
            /// # Errors
            /// That of `write`.
            pub fn patches_since(
                &self,
                before: &Store,
                write: &mut dyn FnMut(Patch) -> std::io::Result<()>,
            ) -> std::io::Result<()> {
                match self { $(#[$cfg] Self::$variant(table, _) => table.patches_since(&before.$field, write),)+ }
            }
        }

        impl poll::Pollers {
            /// Starts one task for each kind. The tasks end when this is dropped, or the receiver is.
            pub fn start(&mut self) {
                $(#[$cfg] self.spawn::<$kind>(|store| &store.$field, TableUpdate::$variant);)+
            }
        }

        /// The kinds, as a single look reads them.
        pub(crate) const SINGLE_READS: &[poll::SingleRead] = &[$(#[$cfg] poll::SingleRead {
            kind: Kind::$variant,
            optional: <$kind>::OPTIONAL,
            after: <$kind>::AFTER,
            read: |aws, observed| Box::pin(async move {
                let mut table = observed.store.$field.clone();
                let outcome = poll::take_turn::<$kind>(&aws, &observed, &mut table, true, observed.at).await;
                poll::TurnResult { outcome, update: TableUpdate::$variant(table, Vec::new()) }
            }),
            unanswered: |store, why, at| {
                let mut table = store.$field.clone();
                // Its last error says more than that the time was up.
                if table.trouble().is_none() {
                    table.apply(Err(why), at);
                }
                TableUpdate::$variant(table, Vec::new())
            },
        },)+];
    };
    // Gives each kind the condition of its group.
    (
        @each [$($done:tt)*]
        #[$cfg:meta] $service:ident { $($field:ident: $variant:ident($kind:ty) = $name:literal,)+ }
        $($rest:tt)*
    ) => {
        resources! { @each [$($done)* $(#[$cfg] $service $field: $variant($kind) = $name,)+] $($rest)* }
    };
    (@each [$($done:tt)*] $service:ident { $($kinds:tt)+ } $($rest:tt)*) => {
        resources! { @each [$($done)*] #[cfg(all())] $service { $($kinds)+ } $($rest)* }
    };
    (@each [$($done:tt)*]) => { resources! { @all $($done)* } };
    ($($groups:tt)+) => { resources! { @each [] $($groups)+ } };
}

pub(super) use resources;
