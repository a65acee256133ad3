package db

import (
	"context"
	"database/sql/driver"
	"fmt"
)

// run runs statements without rows on the driver's own connection. Of a small
// statement on SQLite database/sql's share is a tenth.
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
