package db

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Time is an instant in a column: text of fixed width in UTC microseconds, so
// that SQLite sorts it as PostgreSQL's timestamptz does. The zero instant is
// NULL.
type Time time.Time

// timeLayout has one width for every instant of the years 0 to 9999.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// String is the column's text, "" for NULL.
func (t Time) String() string {
	if time.Time(t).IsZero() {
		return ""
	}
	return time.Time(t).UTC().Format(timeLayout)
}

// Time gives the instant: UTC, zero for NULL.
func (t Time) Time() time.Time { return time.Time(t) }

// Value implements driver.Valuer.
func (t Time) Value() (driver.Value, error) {
	x := time.Time(t)
	if x.IsZero() {
		return nil, nil
	}
	if y := x.UTC().Year(); y < 1 || y > 9999 {
		return nil, fmt.Errorf("instant %v: the year is not of four digits", x)
	}
	return t.String(), nil
}

// Scan implements sql.Scanner.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*t = Time{}
	case time.Time:
		*t = Time(v.UTC())
	case string:
		x, err := time.Parse(time.RFC3339Nano, v)
		if err != nil {
			return err
		}
		*t = Time(x.UTC())
	case []byte:
		return t.Scan(string(v))
	default:
		return fmt.Errorf("an instant cannot be read from %T", src)
	}
	return nil
}

// JSON keeps any value as JSON: text on SQLite, jsonb on PostgreSQL. jsonb does
// not keep the bytes, so hash and compare values, never what the column holds.
type JSON[T any] struct{ V T }

// AsJSON wraps v for a column.
func AsJSON[T any](v T) JSON[T] { return JSON[T]{v} }

// Value implements driver.Valuer.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	if err != nil {
		return nil, err
	}
	return string(b), nil
}

// Scan implements sql.Scanner; NULL gives the zero value.
func (j *JSON[T]) Scan(src any) error {
	var v T
	switch s := src.(type) {
	case nil:
	case string:
		if err := json.Unmarshal([]byte(s), &v); err != nil {
			return err
		}
	case []byte:
		if err := json.Unmarshal(bytes.Clone(s), &v); err != nil {
			return err
		}
	default:
		return fmt.Errorf("JSON cannot be read from %T", src)
	}
	j.V = v
	return nil
}

// Decimal is an exact decimal as text: TEXT on SQLite (whose numeric is a
// float), numeric(38,18) on PostgreSQL. It is kept in its shortest form, "0.5"
// and not "0.50"; "" is NULL.
type Decimal string

// ParseDecimal checks s and gives its shortest form: an optional minus, at most
// 20 digits before the point and 18 after it, no exponent.
func ParseDecimal(s string) (Decimal, error) {
	neg := strings.HasPrefix(s, "-")
	whole, frac, pointed := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if !digits(whole) || (pointed && !digits(frac)) {
		return "", fmt.Errorf("%q is not a decimal number", s)
	}
	whole, frac = strings.TrimLeft(whole, "0"), strings.TrimRight(frac, "0")
	if len(whole) > 20 || len(frac) > 18 {
		return "", fmt.Errorf("%q has more than 20 digits before the point or 18 after it", s)
	}
	if whole == "" {
		whole = "0"
	}
	if frac != "" {
		whole += "." + frac
	}
	if neg && whole != "0" {
		whole = "-" + whole
	}
	return Decimal(whole), nil
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// Value implements driver.Valuer.
func (d Decimal) Value() (driver.Value, error) {
	if d == "" {
		return nil, nil
	}
	n, err := ParseDecimal(string(d))
	return string(n), err
}

// Scan implements sql.Scanner. A float is refused: it has lost digits already.
func (d *Decimal) Scan(src any) error {
	var err error
	switch v := src.(type) {
	case nil:
		*d = ""
	case string:
		*d, err = ParseDecimal(v)
	case []byte:
		*d, err = ParseDecimal(string(v))
	default:
		err = fmt.Errorf("a decimal cannot be read from %T", src)
	}
	return err
}
