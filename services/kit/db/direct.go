package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// run runs statements on the driver's own connection. Of a small statement on
// SQLite database/sql's share is a tenth, of a query of one row a third.
func (s *single) run(ctx context.Context, sts []Statement) error {
	return s.conn.Raw(func(c any) error {
		for _, st := range sts {
			if err := s.runOne(ctx, c, st); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *single) runOne(ctx context.Context, conn any, st Statement) error {
	p, err := s.direct(ctx, conn, st.Text)
	if err != nil {
		return err
	}
	args := make([]driver.NamedValue, len(st.Args))
	for i, a := range st.Args {
		v, err := value(a)
		if err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
		args[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	if st.Row != nil {
		return readRows(ctx, p, args, st.Row)
	}
	res, err := p.ExecContext(ctx, args)
	if err != nil || st.Done == nil {
		return err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return err
	}
	return st.Done(n)
}

func readRows(ctx context.Context, p prepared, args []driver.NamedValue, row func(scan func(into ...any) error) error) (err error) {
	rows, err := p.QueryContext(ctx, args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	from := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(from); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := row(func(into ...any) error { return assign(into, from) }); err != nil {
			return err
		}
	}
}

// assign copies a row's values, as Scan does for these types.
func assign(into []any, from []driver.Value) error {
	if len(into) != len(from) {
		return fmt.Errorf("%d columns are read into %d places", len(from), len(into))
	}
	for i, to := range into {
		if err := assignOne(to, from[i]); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

func assignOne(to any, v driver.Value) error {
	ok := false
	switch to := to.(type) {
	case sql.Scanner:
		return to.Scan(v)
	case *int64:
		*to, ok = v.(int64)
	case *int:
		var n int64
		n, ok = v.(int64)
		*to = int(n)
	case *string:
		*to, ok = v.(string)
	case *bool:
		switch v := v.(type) {
		case bool:
			*to, ok = v, true
		case int64:
			*to, ok = v != 0, true
		}
	}
	if !ok {
		return fmt.Errorf("%T cannot be read into %T", v, to)
	}
	return nil
}

// value is what database/sql would hand to the driver.
func value(a any) (driver.Value, error) {
	switch a := a.(type) {
	case string, int64, []byte, nil:
		return a, nil
	case int:
		return int64(a), nil
	}
	return driver.DefaultParameterConverter.ConvertValue(a)
}

// prepared is a statement of the driver.
type prepared interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// direct gives the driver's statement of the text, compiled once.
func (s *single) direct(ctx context.Context, conn any, text string) (prepared, error) {
	if p, ok := s.directs[text]; ok {
		return p, nil
	}
	if len(s.directs) >= maxStatements {
		if err := s.closeDirects(); err != nil {
			return nil, err
		}
	}
	st, err := conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	p := st.(prepared)
	s.directs[text] = p
	return p, nil
}

func (s *single) closeDirects() error {
	for _, p := range s.directs {
		if err := p.Close(); err != nil {
			return err
		}
	}
	clear(s.directs)
	return nil
}
