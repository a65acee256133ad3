package db

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// maxRows bounds the rows of one multi-row insert on PostgreSQL.
const maxRows = 256

// InsertRows writes many rows: on SQLite a prepared single row in a loop,
// because multi-row values are slow there; on PostgreSQL several rows a
// statement, in powers of two, so that few texts have to be prepared, and all
// statements together.
func InsertRows(ctx context.Context, q Tx, table string, columns []string, rows [][]any) error {
	if err := q.Together(ctx, Inserts(q.Dialect(), table, columns, rows)...); err != nil {
		return fmt.Errorf("insert into %s: %w", table, err)
	}
	return nil
}

// Inserts are the statements of InsertRows, to be sent with others.
func Inserts(d Dialect, table string, columns []string, rows [][]any) []Statement {
	var out []Statement
	for len(rows) > 0 {
		n := 1
		if d == Postgres {
			for n*2 <= len(rows) && n*2 <= maxRows && n*2*len(columns) <= 60000 {
				n *= 2
			}
		}
		args := rows[0]
		if n > 1 {
			args = make([]any, 0, n*len(columns))
			for _, r := range rows[:n] {
				args = append(args, r...)
			}
		}
		out = append(out, Statement{Text: insertText(table, columns, n), Args: args})
		rows = rows[n:]
	}
	return out
}

// insertText is "insert into t (a, b) values ($1, $2), ($3, $4)".
func insertText(table string, columns []string, rows int) string {
	var b strings.Builder
	b.Grow(64 + rows*len(columns)*6)
	b.WriteString("insert into " + table + " (")
	for i, c := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c)
	}
	b.WriteString(") values ")
	arg := 0
	for r := range rows {
		if r > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for i := range columns {
			if i > 0 {
				b.WriteString(", ")
			}
			arg++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(arg))
		}
		b.WriteByte(')')
	}
	return b.String()
}
