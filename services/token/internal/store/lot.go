package store

import (
	"context"
	"database/sql"
	"fmt"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/token/internal/redeem"
)

// Lot is a row of lots. Its counters are the core's; Allotment is kept as what
// the cut granted and what corrections added.
type Lot struct {
	Sub Sub
	redeem.Lot
	Granted, Corrected int
	Prorated           bool
	// Opened once the lot was granted to the world.
	Opened bool
	// Seq is the last number given to a use or entry of the lot.
	Seq int64
	// Cuts counts the cuts; Version every change.
	Cuts, Version int64
}

// Settle makes the allotment what the cut and the corrections say. Corrections
// are only summed, so that lots cut to and fro end as they began; where a later
// cut leaves less than was taken away, nothing remains.
func (l *Lot) Settle() { l.Allotment = max(0, l.Granted+l.Corrected) }

// LotKey names a lot.
type LotKey struct {
	Sub    Sub
	Ledger string
	Year   int
}

// Key is the lot's name.
func (l *Lot) Key() LotKey { return LotKey{l.Sub, l.Ledger, l.Year} }

const lotColumns = "l.ledger, l.year, l.start_day, l.end_day, l.granted, l.corrected, l.used, l.reserved, " +
	"l.prorated, l.after_term, l.opened, l.lapsed, l.seq, l.cuts, l.version"

func (l *Lot) scan(rows *sql.Rows, before ...any) error {
	var from string
	var to sql.NullString
	err := rows.Scan(append(before, &l.Ledger, &l.Year, &from, &to, &l.Granted, &l.Corrected, &l.Used, &l.Reserved,
		&l.Prorated, &l.AfterTerm, &l.Opened, &l.Lapsed, &l.Seq, &l.Cuts, &l.Version)...)
	if err != nil {
		return err
	}
	if l.From, err = date.Parse(from); err != nil {
		return err
	}
	if to.Valid {
		if l.To, err = date.Parse(to.String); err != nil {
			return err
		}
	}
	l.Settle()
	return nil
}

// Lots reads every lot of a subscription, by ledger and year.
func (Store) Lots(ctx context.Context, q Querier, s Sub) ([]*Lot, error) {
	rows, err := db.QueryAll(ctx, q, "select "+lotColumns+" from lots as l "+where+" order by ledger, year", s.args()...)
	if err != nil {
		return nil, fmt.Errorf("read lots: %w", err)
	}
	defer rows.Close()
	var out []*Lot
	for rows.Next() {
		l := &Lot{Sub: s}
		if err := l.scan(rows); err != nil {
			return nil, fmt.Errorf("read lots: %w", err)
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// Found is what Want found for one key.
type Found struct {
	// Facts is the version of the subscription that the lot stands by; 0 where
	// there is no lot.
	Facts int64
	// Lot is nil where there is none.
	Lot *Lot
}

// On SQLite one lot a query is faster than a list of keys as JSON. On PostgreSQL
// each row is searched by its whole key: left to itself the planner may read all
// lots of a subscription and filter, or join whole tables.
const (
	wantSQLite   = "select " + countColumns + " from lots as l " + where + " and ledger = $5 and year = $6"
	wantPostgres = `select k.n - 1, ` + countColumns + ` from
  unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::integer[]) with ordinality
  as k (provider, customer, contract, subscription, ledger, year, n)
cross join lateral (select * from lots as x where x.provider = k.provider and x.customer = k.customer and x.contract = k.contract
  and x.subscription = k.subscription and x.ledger = k.ledger and x.year = k.year limit 1) as l`
)

// countColumns are what a use needs of a lot; reading all columns would cost
// more than the query.
const countColumns = "l.facts, l.end_day, l.granted, l.corrected, l.used, l.reserved, l.lapsed, l.seq, l.version"

// scanCounts reads a lot as far as a use needs it: Count writes no more back.
func (l *Lot) scanCounts(scan func(into ...any) error, before ...any) error {
	var to sql.NullString
	err := scan(append(before, &to, &l.Granted, &l.Corrected, &l.Used, &l.Reserved, &l.Lapsed, &l.Seq, &l.Version)...)
	if err == nil && to.Valid {
		l.To, err = date.Parse(to.String)
	}
	l.Settle()
	return err
}

// Want reads the counters of many lots. The answer is in the order of the keys; of each lot only what a
// use needs is filled in, so it goes to Count and not to PutLot.
func (Store) Want(ctx context.Context, tx Tx, keys []LotKey) ([]Found, error) {
	want := wantLoop
	if tx.Dialect() == db.Postgres {
		want = wantAll
	}
	out := make([]Found, len(keys))
	if err := want(ctx, tx, keys, out); err != nil {
		return nil, fmt.Errorf("read lots: %w", err)
	}
	for i, f := range out {
		if f.Lot != nil {
			f.Lot.Sub, f.Lot.Ledger, f.Lot.Year = keys[i].Sub, keys[i].Ledger, keys[i].Year
		}
	}
	return out, nil
}

func wantLoop(ctx context.Context, tx Tx, keys []LotKey, out []Found) error {
	sts := make([]db.Statement, len(keys))
	for i, k := range keys {
		sts[i] = db.Statement{Text: wantSQLite, Args: k.Sub.args(k.Ledger, k.Year), Row: func(scan func(into ...any) error) error {
			out[i].Lot = &Lot{}
			return out[i].Lot.scanCounts(scan, &out[i].Facts)
		}}
	}
	return tx.Together(ctx, sts...)
}

func wantAll(ctx context.Context, tx Tx, keys []LotKey, out []Found) error {
	c := newColumns(len(keys))
	ledgers, years := make([]string, len(keys)), make([]int32, len(keys))
	for i, k := range keys {
		c.set(i, k.Sub)
		ledgers[i], years[i] = k.Ledger, int32(k.Year)
	}
	return tx.Together(ctx, db.Statement{Text: wantPostgres, Args: append(c.args(), ledgers, years), Row: func(scan func(into ...any) error) error {
		var n int
		var facts int64
		l := &Lot{}
		err := l.scanCounts(scan, &n, &facts)
		if err == nil {
			out[n] = Found{facts, l}
		}
		return err
	}})
}

// columns are the key columns of many rows as arrays, for PostgreSQL.
type columns [4][]string

func newColumns(n int) *columns {
	var c columns
	for i := range c {
		c[i] = make([]string, n)
	}
	return &c
}

func (c *columns) set(i int, s Sub) {
	c[0][i], c[1][i], c[2][i], c[3][i] = s.Provider, s.Customer, s.Contract, s.ID
}

func (c *columns) args() []any { return []any{c[0], c[1], c[2], c[3]} }
