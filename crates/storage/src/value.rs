//! The four kinds of value that both engines keep alike, on their way in ([`Value`]) and out ([`Row`]). Knows
//! no engine and no table. Nothing here prints what it holds (R10).

use crate::error::StorageError;
use std::fmt;

/// A parameter of a statement.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// SQL NULL, of whatever type the statement wants.
    Null,
    /// Integers, times (Unix milliseconds) and truth values (0 or 1).
    Int(i64),
    /// Text without NUL, which PostgreSQL cannot keep.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl Value<'_> {
    /// The kind, for error texts.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Value::Null => "NULL",
            Value::Int(_) => "an integer",
            Value::Text(_) => "a text",
            Value::Bytes(_) => "bytes",
        }
    }

    /// Refuses what only one of the engines would keep.
    pub(crate) fn check(values: &[Value<'_>]) -> Result<(), StorageError> {
        for value in values {
            if matches!(value, Value::Text(text) if text.as_bytes().contains(&0)) {
                return Err(StorageError::misuse("a text parameter holds a NUL character"));
            }
        }
        Ok(())
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<u32> for Value<'_> {
    fn from(value: u32) -> Self {
        Value::Int(i64::from(value))
    }
}

impl From<u8> for Value<'_> {
    fn from(value: u8) -> Self {
        Value::Int(i64::from(value))
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Int(i64::from(value))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Value::Bytes(value)
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Value::Bytes(value)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Value::Bytes(value)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// One column of one row.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    /// What no column can hold, with what it should be: whoever reads it is told, and whoever reads the row's other
    /// columns, or other rows, is not.
    Damaged(&'static str),
}

/// One row of a result, read by column number from 0.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    cells: Vec<Cell>,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({} columns)", self.cells.len())
    }
}

impl Row {
    pub(crate) fn new(cells: Vec<Cell>) -> Self {
        Self { cells }
    }

    fn cell(&self, column: usize) -> Result<&Cell, StorageError> {
        match self.cells.get(column) {
            None => Err(StorageError::Corrupt { column, expected: "among the selected columns" }),
            Some(Cell::Damaged(expected)) => Err(StorageError::Corrupt { column, expected }),
            Some(cell) => Ok(cell),
        }
    }

    /// An integer, or `None` for NULL.
    pub fn optional_int(&self, column: usize) -> Result<Option<i64>, StorageError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Int(value) => Ok(Some(*value)),
            _ => Err(StorageError::Corrupt { column, expected: "an integer" }),
        }
    }

    /// A text, or `None` for NULL.
    pub fn optional_text(&self, column: usize) -> Result<Option<&str>, StorageError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Text(value) => Ok(Some(value)),
            _ => Err(StorageError::Corrupt { column, expected: "a text" }),
        }
    }

    /// Bytes, or `None` for NULL.
    pub fn optional_bytes(&self, column: usize) -> Result<Option<&[u8]>, StorageError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Bytes(value) => Ok(Some(value)),
            _ => Err(StorageError::Corrupt { column, expected: "bytes" }),
        }
    }

    /// Exactly `N` bytes, or `None` for NULL.
    pub fn optional_array<const N: usize>(&self, column: usize) -> Result<Option<[u8; N]>, StorageError> {
        let wrong_length = StorageError::Corrupt { column, expected: "bytes of the right length" };
        self.optional_bytes(column)?.map(|bytes| bytes.try_into().map_err(|_| wrong_length)).transpose()
    }

    /// An integer.
    pub fn int(&self, column: usize) -> Result<i64, StorageError> {
        self.optional_int(column)?.ok_or(StorageError::Corrupt { column, expected: "an integer" })
    }

    /// A text.
    pub fn text(&self, column: usize) -> Result<&str, StorageError> {
        self.optional_text(column)?.ok_or(StorageError::Corrupt { column, expected: "a text" })
    }

    /// Bytes.
    pub fn bytes(&self, column: usize) -> Result<&[u8], StorageError> {
        self.optional_bytes(column)?.ok_or(StorageError::Corrupt { column, expected: "bytes" })
    }

    /// Exactly `N` bytes.
    pub fn array<const N: usize>(&self, column: usize) -> Result<[u8; N], StorageError> {
        self.optional_array(column)?
            .ok_or(StorageError::Corrupt { column, expected: "bytes of the right length" })
    }

    /// A truth value: 0 or 1.
    pub fn flag(&self, column: usize) -> Result<bool, StorageError> {
        match self.int(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(StorageError::Corrupt { column, expected: "0 or 1" }),
        }
    }

    /// A count that fits in 32 bits.
    pub fn count(&self, column: usize) -> Result<u32, StorageError> {
        let too_large = StorageError::Corrupt { column, expected: "a count of at most 32 bits" };
        u32::try_from(self.int(column)?).map_err(|_| too_large)
    }
}
