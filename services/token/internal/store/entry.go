package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/token/internal/redeem"
)

// Kind of an entry, with the numbers of the wire.
type Kind int

// The kinds.
const (
	Grant      Kind = 1
	Cut        Kind = 2
	Use        Kind = 3
	Reserve    Kind = 4
	Release    Kind = 5
	Complete   Kind = 6
	Expire     Kind = 7
	Correction Kind = 8
)

// Entry is one line of the append-only ledger: what changed of a lot, and when.
type Entry struct {
	Sub       Sub
	Recorded  time.Time
	Ledger    string
	Year      int
	Seq       int64
	Kind      Kind
	Effective time.Time
	// Delta is the change of the lot's booked figures.
	Delta     redeem.Figures
	Operation string
	// Cause is the resource name, below the subscription, of what caused it.
	Cause string
}

var entryFields = strings.Split(keyColumns+", recorded, ledger, year, seq, kind, effective, d_allotment, d_used, d_reserved, "+
	"d_expired, d_available, d_overage, operation, cause", ", ")

// Enter appends to the ledger.
func (Store) Enter(ctx context.Context, tx Tx, es []Entry) error {
	return db.InsertRows(ctx, tx, "entries", entryFields, entryRows(es))
}

func entryRows(es []Entry) [][]any {
	rows := make([][]any, len(es))
	for i, e := range es {
		rows[i] = e.Sub.args(micros(e.Recorded), e.Ledger, e.Year, e.Seq, int(e.Kind), micros(e.Effective),
			e.Delta.Allotment, e.Delta.Used, e.Delta.Reserved, e.Delta.Expired, e.Delta.Available, e.Delta.Overage,
			e.Operation, e.Cause)
	}
	return rows
}

// delta is what a redemption changed when it was recorded.
func (r *Redemption) delta() redeem.Figures {
	n := r.Tokens
	switch r.Bucket {
	case FromLeft:
		return redeem.Figures{Used: n, Available: -n}
	case FromBeyond:
		return redeem.Figures{Used: n, Overage: n}
	case FromLapsed:
		return redeem.Figures{Used: n, Expired: -n}
	case FromReserved:
		return redeem.Figures{Used: n, Reserved: -n}
	}
	return redeem.Figures{}
}

// Entry is the redemption as a line of the ledger.
func (r *Redemption) Entry() Entry {
	kind := Use
	if r.Bucket == FromReserved {
		kind = Complete
	}
	effective := r.Requested
	if effective.IsZero() {
		effective = r.Completed
	}
	return Entry{
		Sub: r.Sub, Recorded: r.Recorded, Ledger: r.Ledger, Year: r.Year, Seq: r.Seq, Kind: kind,
		Effective: effective, Delta: r.delta(), Operation: r.Operation, Cause: "redemptions/" + r.ID,
	}
}

// Place is where a line stands in the ledger of a subscription.
type Place struct {
	Sub      Sub
	Recorded int64
	Ledger   string
	Year     int
	Seq      int64
}

// Place of the entry.
func (e Entry) Place() Place { return Place{e.Sub, micros(e.Recorded), e.Ledger, e.Year, e.Seq} }

var placeColumns = []string{"provider", "customer", "contract", "subscription", "recorded", "ledger", "year", "seq"}

func (p *Place) values() []any {
	if p == nil {
		return nil
	}
	return p.Sub.args(p.Recorded, p.Ledger, p.Year, p.Seq)
}

// Lines chooses lines of ledgers.
type Lines struct {
	Sub Sub // "" is any
	// Ledger and Year limit them where they are given.
	Ledger *string
	Year   *int
	From   *Place
	Limit  int
}

func (l Lines) text() (string, []any) {
	text, args := l.Sub.filter()
	if l.Ledger != nil {
		args = append(args, *l.Ledger)
		text += fmt.Sprintf(" and ledger = $%d", len(args))
	}
	if l.Year != nil {
		args = append(args, *l.Year)
		text += fmt.Sprintf(" and year = $%d", len(args))
	}
	return after(text, args, placeColumns, l.From.values(), l.Limit)
}

// Redemptions lists uses in the order of their recording.
func (Store) Redemptions(ctx context.Context, q Querier, l Lines) ([]*Redemption, error) {
	text, args := l.text()
	rows, err := db.QueryAll(ctx, q, "select "+redemptionColumns+" from redemptions as r "+text, args...)
	if err != nil {
		return nil, fmt.Errorf("read redemptions: %w", err)
	}
	return scanRedemptions(rows)
}

// Entries lists the other lines in the order of their recording.
func (Store) Entries(ctx context.Context, q Querier, l Lines) ([]Entry, error) {
	text, args := l.text()
	rows, err := db.QueryAll(ctx, q, "select "+strings.Join(entryFields, ", ")+" from entries "+text, args...)
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return nil, fmt.Errorf("read entries: %w", err)
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

func scanEntry(rows *sql.Rows) (Entry, error) {
	var e Entry
	var recorded, effective int64
	d := &e.Delta
	err := rows.Scan(&e.Sub.Provider, &e.Sub.Customer, &e.Sub.Contract, &e.Sub.ID, &recorded, &e.Ledger, &e.Year, &e.Seq,
		&e.Kind, &effective, &d.Allotment, &d.Used, &d.Reserved, &d.Expired, &d.Available, &d.Overage, &e.Operation, &e.Cause)
	e.Recorded, e.Effective = instant(recorded), instant(effective)
	return e, err
}

const sums = `select ledger, year, sum(a), sum(u), sum(r), sum(x), sum(v), sum(o) from (
  select ledger, year, d_allotment as a, d_used as u, d_reserved as r, d_expired as x, d_available as v, d_overage as o
  from entries ` + where + ` and recorded <= $5
  union all
  select ledger, year, 0, tokens, case when bucket = 4 then -tokens else 0 end, case when bucket = 3 then -tokens else 0 end,
    case when bucket = 1 then -tokens else 0 end, case when bucket = 2 then tokens else 0 end
  from redemptions ` + where + ` and recorded <= $5 and bucket > 0
) as lines group by ledger, year`

// Sum is the ledger's sum for one ledger and year.
type Sum struct {
	Ledger string
	Year   int
	redeem.Figures
}

// Sums adds up the ledger of a subscription until an instant.
func (Store) Sums(ctx context.Context, q Querier, s Sub, until time.Time) ([]Sum, error) {
	rows, err := db.QueryAll(ctx, q, sums, s.args(micros(until))...)
	if err != nil {
		return nil, fmt.Errorf("sum entries: %w", err)
	}
	defer rows.Close()
	var out []Sum
	for rows.Next() {
		var x Sum
		if err := rows.Scan(&x.Ledger, &x.Year, &x.Allotment, &x.Used, &x.Reserved, &x.Expired, &x.Available, &x.Overage); err != nil {
			return nil, fmt.Errorf("sum entries: %w", err)
		}
		out = append(out, x)
	}
	return out, rows.Err()
}
