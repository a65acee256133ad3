package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Errors of Table. They are for the caller to turn into a fault.
var (
	// ErrExists: a row with that key, or another unique value, is there.
	ErrExists = errors.New("the row exists already")
	// ErrStale: the row is gone or has another version.
	ErrStale = errors.New("the row has changed since it was read")
)

// Column is one column beside the body: what keys, queries and constraints
// need. Value may give any type that database/sql takes, Time and Decimal too.
type Column[T any] struct {
	Name  string
	Value func(T) any
}

// Table keeps values of one type: JSON in the column "body", and beside it the
// columns that queries need. Key names the columns of the primary key, which
// are among Columns. A table whose rows change has a column "version".
type Table[T any] struct {
	Name    string
	Key     []string
	Columns []Column[T]
}

// Get reads the row with that key, in Key's order.
func (t Table[T]) Get(ctx context.Context, q Querier, keys ...any) (T, bool, error) {
	var v JSON[T]
	text := "select body from " + t.Name + " where " + t.keyCondition(1)
	err := q.QueryRowContext(ctx, text, keys...).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return v.V, false, nil
	}
	if err != nil {
		return v.V, false, fmt.Errorf("read %s: %w", t.Name, err)
	}
	return v.V, true, nil
}

// Insert adds the row; ErrExists when its key, or another unique value, is
// there. It reports that without spoiling a PostgreSQL transaction.
func (t Table[T]) Insert(ctx context.Context, q Querier, v T) error {
	args, err := t.args(v)
	if err != nil {
		return err
	}
	res, err := q.ExecContext(ctx, t.insertText(1)+" on conflict do nothing", args...)
	return t.one(res, err, "insert into", ErrExists)
}

// InsertAll adds many rows, in the database's fastest portable way. A conflict
// fails the transaction, with ErrExists.
func (t Table[T]) InsertAll(ctx context.Context, q Tx, vs []T) error {
	rows := make([][]any, len(vs))
	for i, v := range vs {
		args, err := t.args(v)
		if err != nil {
			return err
		}
		rows[i] = args
	}
	err := InsertRows(ctx, q, t.Name, t.columnNames(), rows)
	if Class(err) == Unique {
		return errors.Join(ErrExists, err)
	}
	return err
}

// Upsert adds the row or replaces the one with its key.
func (t Table[T]) Upsert(ctx context.Context, q Querier, v T) error {
	args, err := t.args(v)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(t.insertText(1))
	b.WriteString(" on conflict (")
	b.WriteString(strings.Join(t.Key, ", "))
	b.WriteString(") do update set body = excluded.body")
	for _, c := range t.Columns {
		if !t.isKey(c.Name) {
			b.WriteString(", " + c.Name + " = excluded." + c.Name)
		}
	}
	res, err := q.ExecContext(ctx, b.String(), args...)
	return t.one(res, err, "upsert into", ErrStale)
}

// Update replaces the row with v's key if its version is oldVersion, else
// ErrStale. v carries the new version in its column "version".
func (t Table[T]) Update(ctx context.Context, q Querier, v T, oldVersion int64) error {
	var b strings.Builder
	var args, keys []any
	b.WriteString("update " + t.Name + " set ")
	for _, c := range t.Columns {
		if t.isKey(c.Name) {
			continue
		}
		args = append(args, c.Value(v))
		b.WriteString(c.Name + " = $" + strconv.Itoa(len(args)) + ", ")
	}
	body, err := t.encode(v)
	if err != nil {
		return err
	}
	args = append(args, body)
	b.WriteString("body = $" + strconv.Itoa(len(args)) + " where " + t.keyCondition(len(args)+1))
	keys, err = t.keyOf(v)
	if err != nil {
		return err
	}
	args = append(args, keys...)
	args = append(args, oldVersion)
	b.WriteString(" and version = $" + strconv.Itoa(len(args)))
	res, err := q.ExecContext(ctx, b.String(), args...)
	return t.one(res, err, "update", ErrStale)
}

// Delete removes the row with that key and tells whether there was one.
func (t Table[T]) Delete(ctx context.Context, q Querier, keys ...any) (bool, error) {
	res, err := q.ExecContext(ctx, "delete from "+t.Name+" where "+t.keyCondition(1), keys...)
	err = t.one(res, err, "delete from", ErrStale)
	if errors.Is(err, ErrStale) {
		return false, nil
	}
	return err == nil, err
}

// Select reads the rows that tail chooses: "where customer = $1 order by due
// limit 10".
func (t Table[T]) Select(ctx context.Context, q Querier, tail string, args ...any) ([]T, error) {
	rows, err := QueryAll(ctx, q, "select body from "+t.Name+" "+tail, args...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.Name, err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var v JSON[T]
		if err := rows.Scan(&v); err != nil {
			return nil, fmt.Errorf("read %s: %w", t.Name, err)
		}
		out = append(out, v.V)
	}
	return out, rows.Err()
}

// QueryAll is QueryContext for a caller that reads the rows to their end and
// closes them before it runs anything else on q. It spares SQLite compiling the
// text again.
func QueryAll(ctx context.Context, q Querier, query string, args ...any) (*sql.Rows, error) {
	if c, ok := q.(interface {
		QueryClosed(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	}); ok {
		return c.QueryClosed(ctx, query, args...)
	}
	return q.QueryContext(ctx, query, args...)
}

func (t Table[T]) isKey(name string) bool {
	for _, k := range t.Key {
		if k == name {
			return true
		}
	}
	return false
}

// keyCondition is "a = $first and b = $first+1".
func (t Table[T]) keyCondition(first int) string {
	var b strings.Builder
	for i, k := range t.Key {
		if i > 0 {
			b.WriteString(" and ")
		}
		b.WriteString(k + " = $" + strconv.Itoa(first+i))
	}
	return b.String()
}

func (t Table[T]) keyOf(v T) ([]any, error) {
	out := make([]any, len(t.Key))
	for i, k := range t.Key {
		found := false
		for _, c := range t.Columns {
			if c.Name == k {
				out[i], found = c.Value(v), true
			}
		}
		if !found {
			return nil, fmt.Errorf("table %s: the key column %s is not among its columns", t.Name, k)
		}
	}
	return out, nil
}

func (t Table[T]) columnNames() []string {
	names := make([]string, 0, len(t.Columns)+1)
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	return append(names, "body")
}

func (t Table[T]) args(v T) ([]any, error) {
	args := make([]any, 0, len(t.Columns)+1)
	for _, c := range t.Columns {
		args = append(args, c.Value(v))
	}
	body, err := t.encode(v)
	return append(args, body), err
}

func (t Table[T]) encode(v T) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode a row of %s: %w", t.Name, err)
	}
	return string(b), nil
}

func (t Table[T]) insertText(rows int) string {
	return insertText(t.Name, t.columnNames(), rows)
}

func (t Table[T]) one(res sql.Result, err error, verb string, none error) error {
	if err != nil {
		if Class(err) == Unique {
			return errors.Join(ErrExists, err)
		}
		return fmt.Errorf("%s %s: %w", verb, t.Name, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return err
	}
	if n == 0 {
		return none
	}
	return nil
}
