//! Holders: who finds, corrects, hands out and erases what belongs to a person (invariant 5).
//!
//! Most of it follows from the declarations: [`DeclaredHolder`] serves every table whose owner is a
//! person. A part that keeps something elsewhere implements [`Holder`] itself.

use std::collections::BTreeMap;

use candor_inventory::declaration::{Arrives, Owner};
use candor_inventory::{Inventory, Store};
use candor_preference::Erasure;
use sqlx::any::{AnyRow, AnyTypeInfoKind};
use sqlx::{AssertSqlSafe, Row, ValueRef};

use crate::{DatabaseError, Tx, Work, identifier, schema, without_nul};

/// Answers for what belongs to a person. `person` is the key that the owner column holds.
pub trait Holder: Send + Sync {
    /// Counts the person's rows, by record; records without any are left out.
    fn list<'t>(
        &'t self,
        tx: &'t mut Tx<'_>,
        person: &'t str,
    ) -> Work<'t, BTreeMap<String, u64>, HolderError>;

    /// Replaces a value in all of the person's rows that hold it; returns how many did.
    fn correct<'t>(
        &'t self,
        tx: &'t mut Tx<'_>,
        person: &'t str,
        correction: &'t Correction,
    ) -> Work<'t, u64, HolderError>;

    /// Hands out every declared value of every row of the person, by record.
    fn export<'t>(
        &'t self,
        tx: &'t mut Tx<'_>,
        person: &'t str,
    ) -> Work<'t, BTreeMap<String, Vec<Fields>>, HolderError>;

    /// Removes every row of the person; returns how many went, by record.
    ///
    /// The erasing job calls [`crate::Database::checkpoint`] after the commit, until it says true.
    fn erase<'t>(
        &'t self,
        tx: &'t mut Tx<'_>,
        person: &'t str,
        erasure: Erasure,
    ) -> Work<'t, BTreeMap<String, u64>, HolderError>;
}

/// The values of one row by field. Not `Debug`: they are a person's.
pub type Fields = BTreeMap<String, Value>;

/// A stored value, as the engines know it.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number, a time in µs, a day or a flag.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A text that a person gave and now says otherwise.
pub struct Correction {
    /// The record it stands in.
    pub record: String,
    /// The field.
    pub field: String,
    /// The text that stands there now.
    pub from: String,
    /// The text that is right.
    pub to: String,
}

/// Says why a holder did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum HolderError {
    /// The person did not give this themselves, or it does not exist.
    #[error(
        "This cannot be corrected here: it is not something that you gave. You can have it erased."
    )]
    NotCorrectable,
    /// The database refused.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<sqlx::Error> for HolderError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// The holder of all tables that are declared to belong to a person.
pub struct DeclaredHolder(Vec<Table>);

struct Table {
    name: String,
    owner: String,
    fields: Vec<String>,
    given: Vec<String>,
}

impl DeclaredHolder {
    /// Makes the holder of the declared tables; names come from the declarations only.
    ///
    /// Errors: `Name` when a declared table or column cannot stand in SQL.
    pub fn new(declared: &[Inventory]) -> Result<Self, DatabaseError> {
        let mut tables = Vec::new();
        for (name, record) in declared.iter().flat_map(|inventory| &inventory.records) {
            let Owner::Person { column, .. } = &record.owner else { continue };
            if record.store != Store::Database {
                continue;
            }
            let mut table = Table {
                name: identifier(name)?.to_owned(),
                owner: identifier(column)?.to_owned(),
                fields: Vec::new(),
                given: Vec::new(),
            };
            for (name, field) in &record.fields {
                table.fields.push(identifier(name)?.to_owned());
                if field.arrives == Arrives::Given && name != column {
                    table.given.push(name.clone());
                }
            }
            tables.push(table);
        }
        Ok(Self(tables))
    }

    /// Returns the tables that exist: a service that is off has none.
    async fn standing(&self, tx: &mut Tx<'_>) -> Result<Vec<&Table>, DatabaseError> {
        let schema = schema::read(tx.engine(), tx).await?;
        Ok(self.0.iter().filter(|table| schema.contains_key(&table.name)).collect())
    }
}

impl Holder for DeclaredHolder {
    fn list<'t>(
        &'t self,
        tx: &'t mut Tx<'_>,
        person: &'t str,
    ) -> Work<'t, BTreeMap<String, u64>, HolderError> {
        Box::pin(async move {
            let mut held = BTreeMap::new();
            for Table { name, owner, .. } in self.standing(tx).await? {
                let sql = format!("SELECT COUNT(*) FROM {name} WHERE {owner} = $1");
                let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
                    .bind(person)
                    .fetch_one(&mut **tx)
                    .await?;
                keep_count(&mut held, name, u64::try_from(count).unwrap_or(0));
            }
            Ok(held)
        })
    }

    fn correct<'t>(
        &'t self,
        tx: &'t mut Tx<'_>,
        person: &'t str,
        Correction { record, field, from, to }: &'t Correction,
    ) -> Work<'t, u64, HolderError> {
        Box::pin(async move {
            let standing = self.standing(tx).await?;
            let table = standing.into_iter().find(|table| table.name == *record);
            let Some(Table { name, owner, given, .. }) = table else {
                return Err(HolderError::NotCorrectable);
            };
            let Some(field) = given.iter().find(|given| *given == field) else {
                return Err(HolderError::NotCorrectable);
            };
            let sql = format!("UPDATE {name} SET {field} = $3 WHERE {owner} = $1 AND {field} = $2");
            let update = sqlx::query(AssertSqlSafe(sql))
                .bind(person)
                .bind(from)
                .bind(without_nul(to)?)
                .execute(&mut **tx)
                .await?;
            Ok(update.rows_affected())
        })
    }

    fn export<'t>(
        &'t self,
        tx: &'t mut Tx<'_>,
        person: &'t str,
    ) -> Work<'t, BTreeMap<String, Vec<Fields>>, HolderError> {
        Box::pin(async move {
            let mut exported = BTreeMap::new();
            for Table { name, owner, fields, .. } in self.standing(tx).await? {
                let fields = fields.join(", ");
                // Ordered by all fields, so that two exports of the same rows are the same.
                let sql =
                    format!("SELECT {fields} FROM {name} WHERE {owner} = $1 ORDER BY {fields}");
                let rows =
                    sqlx::query(AssertSqlSafe(sql)).bind(person).fetch_all(&mut **tx).await?;
                let rows = rows.iter().map(read_fields).collect::<Result<Vec<_>, _>>()?;
                if !rows.is_empty() {
                    exported.insert(name.clone(), rows);
                }
            }
            Ok(exported)
        })
    }

    fn erase<'t>(
        &'t self,
        tx: &'t mut Tx<'_>,
        person: &'t str,
        _: Erasure,
    ) -> Work<'t, BTreeMap<String, u64>, HolderError> {
        Box::pin(async move {
            let mut erased = BTreeMap::new();
            for Table { name, owner, .. } in self.standing(tx).await? {
                let sql = format!("DELETE FROM {name} WHERE {owner} = $1");
                let delete =
                    sqlx::query(AssertSqlSafe(sql)).bind(person).execute(&mut **tx).await?;
                keep_count(&mut erased, name, delete.rows_affected());
            }
            Ok(erased)
        })
    }
}

fn keep_count(counts: &mut BTreeMap<String, u64>, record: &str, count: u64) {
    if count > 0 {
        counts.insert(record.to_owned(), count);
    }
}

fn read_fields(row: &AnyRow) -> Result<Fields, sqlx::Error> {
    let mut fields = Fields::new();
    for column in row.columns() {
        let name = sqlx::Column::name(column);
        let raw = row.try_get_raw(name)?;
        let value = if raw.is_null() {
            Value::Null
        } else {
            match raw.type_info().kind() {
                AnyTypeInfoKind::Real | AnyTypeInfoKind::Double => Value::Real(row.try_get(name)?),
                AnyTypeInfoKind::Text => Value::Text(row.try_get(name)?),
                AnyTypeInfoKind::Blob => Value::Bytes(row.try_get(name)?),
                _ => Value::Integer(row.try_get(name)?),
            }
        };
        fields.insert(name.to_owned(), value);
    }
    Ok(fields)
}
