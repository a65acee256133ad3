package deadline

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
)

// Deadline is a contractual time limit.
type Deadline = commit.Deadline

// State is where a deadline stands.
type State = commit.State

// The states.
const (
	Set       = commit.Set
	Met       = commit.Met
	Missed    = commit.Missed
	Withdrawn = commit.Withdrawn
)

// The ranks order work that is due at one instant.
const (
	RankState       = commit.RankState
	RankEntitlement = commit.RankEntitlement
	RankMeasurement = commit.RankMeasurement
	RankMoney       = commit.RankMoney
	RankEnforcement = commit.RankEnforcement
	RankNotices     = commit.RankNotices
)

// Store keeps a service's deadlines. It implements commit.Deadlines.
type Store struct {
	db     *db.DB
	clocks *Clocks
}

// NewStore keeps the deadlines in d.
func NewStore(d *db.DB, clocks *Clocks) *Store { return &Store{db: d, clocks: clocks} }

const columns = "provider, customer, name, subject, kind, clause, consequence, due, pending_not_before, rank, state, version, body"

// Set writes d as SET. A row with the same content stays and changed is false;
// else its version grows by one. d.Version, if given, must be the row's.
func (s *Store) Set(ctx context.Context, tx db.Tx, d Deadline) (Deadline, bool, error) {
	if err := check(&d); err != nil {
		return d, false, err
	}
	was, found, err := s.Get(ctx, tx, d.Key, d.Name)
	if err != nil {
		return d, false, err
	}
	if d.Version != 0 && d.Version != was.Version {
		return was, false, stale(d.Name)
	}
	d.State, d.Version = Set, was.Version
	if found && same(was, d) {
		return was, false, nil
	}
	d.Version++
	if !found {
		return d, true, s.insert(ctx, tx, d)
	}
	return d, true, s.update(ctx, tx, d, was.Version)
}

func check(d *Deadline) error {
	d.Due, d.PendingNotBefore = clock.Truncate(d.Due), clock.Truncate(d.PendingNotBefore)
	switch {
	case d.Key.Provider == "" || d.Name == "" || d.Kind == "":
		return fmt.Errorf("the deadline %q needs a provider, a name and a kind", d.Name)
	case d.Due.IsZero() == d.PendingNotBefore.IsZero():
		return fmt.Errorf("the deadline %s needs either a due date or, while that is pending, a day it cannot precede", d.Name)
	case d.Rank < RankState || d.Rank > RankNotices:
		return fmt.Errorf("the deadline %s has no rank from 1 to 6", d.Name)
	}
	if len(d.Body) == 0 {
		d.Body = json.RawMessage("{}")
	}
	return nil
}

// same compares what a setting may change. Bodies compare as values: jsonb does
// not keep the bytes.
func same(a, b Deadline) bool {
	return a.State == b.State && a.Subject == b.Subject && a.Kind == b.Kind && a.Clause == b.Clause &&
		a.Consequence == b.Consequence && a.Due.Equal(b.Due) && a.PendingNotBefore.Equal(b.PendingNotBefore) &&
		a.Rank == b.Rank && sameJSON(a.Body, b.Body)
}

func sameJSON(a, b json.RawMessage) bool {
	return string(canonical(a)) == string(canonical(b))
}

// canonical is the value's JSON without spaces and with its keys sorted.
func canonical(raw json.RawMessage) []byte {
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return raw
	}
	out, err := json.Marshal(v)
	if err != nil {
		return raw
	}
	return out
}

func stale(name string) error {
	return fault.Aborted(fault.ReasonStaleEtag, name, "the deadline "+name+" has changed since it was read")
}

func (s *Store) insert(ctx context.Context, tx db.Tx, d Deadline) error {
	_, err := tx.ExecContext(ctx,
		"insert into deadlines ("+columns+") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
		d.Key.Provider, d.Key.Customer, d.Name, d.Subject, d.Kind, d.Clause, d.Consequence,
		db.Time(d.Due), db.Time(d.PendingNotBefore), d.Rank, string(d.State), d.Version, string(d.Body))
	if err != nil {
		return fmt.Errorf("set the deadline %s: %w", d.Name, err)
	}
	return nil
}

func (s *Store) update(ctx context.Context, tx db.Tx, d Deadline, old int64) error {
	res, err := tx.ExecContext(ctx,
		`update deadlines set subject = $4, kind = $5, clause = $6, consequence = $7, due = $8,
		pending_not_before = $9, rank = $10, state = $11, version = $12, body = $13
		where provider = $1 and customer = $2 and name = $3 and version = $14`,
		d.Key.Provider, d.Key.Customer, d.Name, d.Subject, d.Kind, d.Clause, d.Consequence,
		db.Time(d.Due), db.Time(d.PendingNotBefore), d.Rank, string(d.State), d.Version, string(d.Body), old)
	if err != nil {
		return fmt.Errorf("change the deadline %s: %w", d.Name, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, stale(d.Name))
	}
	return nil
}

// Settle ends a deadline that is SET; changed is false when it is not there or
// has ended.
func (s *Store) Settle(ctx context.Context, tx db.Tx, key commit.Key, name string, as State) (Deadline, bool, error) {
	d, found, err := s.Get(ctx, tx, key, name)
	if err != nil || !found || d.State != Set {
		return d, false, err
	}
	old := d.Version
	d.State = as
	d.Version++
	return d, true, s.update(ctx, tx, d, old)
}

// Get reads one deadline.
func (s *Store) Get(ctx context.Context, q db.Querier, key commit.Key, name string) (Deadline, bool, error) {
	row := q.QueryRowContext(ctx,
		"select "+columns+" from deadlines where provider = $1 and customer = $2 and name = $3",
		key.Provider, key.Customer, name)
	d, err := scan(row)
	if errors.Is(err, sql.ErrNoRows) {
		return Deadline{}, false, nil
	}
	if err != nil {
		return d, false, fmt.Errorf("read the deadline %s: %w", name, err)
	}
	return d, true, nil
}

func scan(row interface{ Scan(...any) error }) (Deadline, error) {
	var d Deadline
	var due, pending db.Time
	var body db.JSON[json.RawMessage]
	err := row.Scan(&d.Key.Provider, &d.Key.Customer, &d.Name, &d.Subject, &d.Kind, &d.Clause, &d.Consequence,
		&due, &pending, &d.Rank, &d.State, &d.Version, &body)
	d.Due, d.PendingNotBefore, d.Body = due.Time(), pending.Time(), body.V
	return d, err
}

// Filter chooses deadlines of one provider. Empty fields do not choose.
type Filter struct {
	Provider string
	Customer string
	Subject  string
	Kind     string
	State    State
	// Pending chooses those whose due date is not known yet.
	Pending bool
	// AfterCustomer and AfterName continue after the last row of a page.
	AfterCustomer, AfterName string
	// Limit bounds the rows; 0 means 1000.
	Limit int
}

// List reads deadlines by customer and name.
func (s *Store) List(ctx context.Context, q db.Querier, f Filter) ([]Deadline, error) {
	text := "select " + columns + " from deadlines where provider = $1 and (customer, name) > ($2, $3)"
	args := []any{f.Provider, f.AfterCustomer, f.AfterName}
	and := func(column, value string) {
		if value != "" {
			args = append(args, value)
			text += " and " + column + " = $" + strconv.Itoa(len(args))
		}
	}
	and("customer", f.Customer)
	and("subject", f.Subject)
	and("kind", f.Kind)
	and("state", string(f.State))
	if f.Pending {
		text += " and state = 'SET' and due is null"
	}
	if f.Limit <= 0 {
		f.Limit = 1000
	}
	args = append(args, f.Limit)
	return s.query(ctx, q, text+" order by customer, name limit $"+strconv.Itoa(len(args)), args...)
}

func (s *Store) query(ctx context.Context, q db.Querier, text string, args ...any) ([]Deadline, error) {
	rows, err := db.QueryAll(ctx, q, text, args...)
	if err != nil {
		return nil, fmt.Errorf("read deadlines: %w", err)
	}
	defer rows.Close()
	var out []Deadline
	for rows.Next() {
		d, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read deadlines: %w", err)
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// NextDue tells the instant and rank at which the provider next has work, up to
// and including until. What is due before the provider's now is due at now.
func (s *Store) NextDue(ctx context.Context, provider string, until time.Time) (time.Time, int, bool, error) {
	ck, err := s.clocks.Now(ctx, provider)
	if err != nil || until.Before(ck.Now) {
		return time.Time{}, 0, false, err
	}
	first, err := s.firstPerRank(ctx, provider, Moment{})
	if err != nil {
		return time.Time{}, 0, false, err
	}
	var next Moment
	for _, m := range first {
		m.Instant = laterOf(m.Instant, ck.Now)
		if !m.Instant.After(until) && (next.Rank == 0 || m.Before(next)) {
			next = m
		}
	}
	return next.Instant, next.Rank, next.Rank != 0, nil
}

// Providers lists the providers that have a deadline due by the instant.
func (s *Store) Providers(ctx context.Context, until time.Time) ([]string, error) {
	rows, err := s.db.Read().QueryContext(ctx,
		"select distinct provider from deadlines where state = 'SET' and due <= $1 order by provider", db.Time(until))
	if err != nil {
		return nil, fmt.Errorf("read whose deadlines are due: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var p string
		if err := rows.Scan(&p); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// Due lists what is due by the instant at one rank after the row after (the
// zero Deadline for the first page), in the order in which it is run: by due
// date, customer and name.
func (s *Store) Due(ctx context.Context, provider string, instant time.Time, rank int, after Deadline, limit int) ([]Deadline, error) {
	return s.query(ctx, s.db.Read(), dueText,
		provider, db.Time(instant), rank, db.Time(laterOf(after.Due, earliest)), after.Key.Customer, after.Name, limit)
}

const dueText = "select " + columns + ` from deadlines where provider = $1 and state = 'SET' and due <= $2 and rank = $3
	and (due, customer, name) > ($4, $5, $6) order by due, customer, name limit $7`

// earliest stands for "before every due date" in a comparison, where NULL would
// choose nothing.
var earliest = time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC)

func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
