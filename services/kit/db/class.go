package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// ErrorClass is what an error of either database means.
type ErrorClass int

// The classes. Other is everything that is a mistake of ours or of the
// operator's: wrong SQL, a full disk, a missing table.
const (
	None ErrorClass = iota
	Unique
	ForeignKey
	Check // also not-null and a value that its column's type refuses
	Serialization
	Busy
	Unavailable
	Canceled
	NoRows
	Other
)

// Retryable tells whether the same transaction may succeed when run again.
func (c ErrorClass) Retryable() bool { return c == Serialization || c == Busy }

// Class tells what err means.
func Class(err error) ErrorClass {
	if err == nil {
		return None
	}
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		return postgresClass(pe.Code)
	}
	if se, ok := errors.AsType[*sqlite3.Error](err); ok {
		return sqliteClass(se.Code())
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Canceled
	case errors.Is(err, sql.ErrNoRows):
		return NoRows
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.Is(err, net.ErrClosed),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), pgconn.SafeToRetry(err):
		return Unavailable
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return Unavailable
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return Unavailable
	}
	return Other
}

func postgresClass(code string) ErrorClass {
	switch code {
	case "23505":
		return Unique
	case "23503":
		return ForeignKey
	case "23502", "23514", "22P02", "22003", "22007", "22008":
		return Check
	case "40001", "40P01":
		return Serialization
	case "55P03":
		return Busy
	case "57014":
		return Canceled
	}
	if strings.HasPrefix(code, "08") || strings.HasPrefix(code, "57P") || code == "53300" {
		return Unavailable
	}
	return Other
}

func sqliteClass(code int) ErrorClass {
	switch code {
	case sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY, sqlitelib.SQLITE_CONSTRAINT_UNIQUE, sqlitelib.SQLITE_CONSTRAINT_ROWID:
		return Unique
	case sqlitelib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return ForeignKey
	case sqlitelib.SQLITE_CONSTRAINT_CHECK, sqlitelib.SQLITE_CONSTRAINT_NOTNULL, sqlitelib.SQLITE_CONSTRAINT_DATATYPE:
		return Check
	}
	switch code & 0xff {
	case sqlitelib.SQLITE_BUSY, sqlitelib.SQLITE_LOCKED:
		return Busy
	case sqlitelib.SQLITE_INTERRUPT:
		return Canceled
	}
	return Other
}
