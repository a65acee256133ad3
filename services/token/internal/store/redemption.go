package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"cloudpact.dev/services/kit/db"
)

// State of a redemption.
type State int

// The states, with the numbers that the column holds.
const (
	Used     State = 1
	Over     State = 2
	Pending  State = 3
	Reversed State = 4
)

// Bucket is where the ledger took a use's tokens from.
type Bucket int

// The buckets, with the numbers that the column holds.
const (
	FromNothing  Bucket = 0
	FromLeft     Bucket = 1
	FromBeyond   Bucket = 2
	FromLapsed   Bucket = 3
	FromReserved Bucket = 4
)

// Redemption is a row of redemptions.
type Redemption struct {
	Sub       Sub
	Recorded  time.Time
	Ledger    string
	Year      int // as booked
	Seq       int64
	ID        string
	Hash      []byte
	Operation string
	Units     []string
	Requested time.Time
	Completed time.Time
	Tokens    int
	Bucket    Bucket
	Remaining int
	RequestID string
	// Reservation that it completed, and overage that it uses, by id.
	Reservation, Overage string
	// Bears is the year that bears it now, Ordinal its n there; 0 for none.
	Bears, Ordinal int
	State          State
}

// Live tells whether it counts in a lot.
func (r *Redemption) Live() bool { return r.State != Reversed && r.Tokens > 0 }

const redemptionColumns = "r.provider, r.customer, r.contract, r.subscription, r.recorded, r.ledger, r.year, r.seq, r.id, r.hash, " +
	"r.operation, r.units, r.requested, r.completed, r.tokens, r.bucket, r.remaining, r.request_id, r.reservation, r.overage, " +
	"r.bears, r.ordinal, r.state"

func (r *Redemption) scan(rows *sql.Rows, before ...any) error {
	var units string
	var recorded, requested, completed int64
	err := rows.Scan(append(before, &r.Sub.Provider, &r.Sub.Customer, &r.Sub.Contract, &r.Sub.ID, &recorded, &r.Ledger, &r.Year,
		&r.Seq, &r.ID, &r.Hash, &r.Operation, &units, &requested, &completed, &r.Tokens, &r.Bucket, &r.Remaining, &r.RequestID,
		&r.Reservation, &r.Overage, &r.Bears, &r.Ordinal, &r.State)...)
	r.Recorded, r.Requested, r.Completed = instant(recorded), instant(requested), instant(completed)
	r.Units = strings.Fields(units)
	return err
}

var redemptionFields = strings.Split(strings.ReplaceAll(redemptionColumns, "r.", ""), ", ")

func (r *Redemption) row() []any {
	return []any{
		r.Sub.Provider, r.Sub.Customer, r.Sub.Contract, r.Sub.ID, micros(r.Recorded), r.Ledger, r.Year, r.Seq, r.ID, r.Hash,
		r.Operation, strings.Join(r.Units, " "), micros(r.Requested), micros(r.Completed), r.Tokens, int(r.Bucket), r.Remaining,
		r.RequestID, r.Reservation, r.Overage, r.Bears, r.Ordinal, int(r.State),
	}
}

// Redeemed writes new redemptions. On PostgreSQL several rows a statement are
// faster than arrays of so many columns.
func (Store) Redeemed(ctx context.Context, tx Tx, rs []*Redemption) error {
	return db.InsertRows(ctx, tx, "redemptions", redemptionFields, redemptionRows(rs))
}

func redemptionRows(rs []*Redemption) [][]any {
	rows := make([][]any, len(rs))
	for i, r := range rs {
		rows[i] = r.row()
	}
	return rows
}

// RedemptionKey names a redemption.
type RedemptionKey struct {
	Sub Sub
	ID  string
}

// On PostgreSQL the limit makes each key a search of the index, also by a plan that
// was made, and kept, while the table was empty.
const (
	knownSQLite = `select ` + redemptionColumns + ` from json_each($1) as k
cross join redemptions as r on r.provider = k.value ->> 0 and r.customer = k.value ->> 1 and r.contract = k.value ->> 2
  and r.subscription = k.value ->> 3 and r.id = k.value ->> 4`
	knownPostgres = `select ` + redemptionColumns + ` from
  unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as k (provider, customer, contract, subscription, id)
cross join lateral (select * from redemptions as x where x.provider = k.provider and x.customer = k.customer
  and x.contract = k.contract and x.subscription = k.subscription and x.id = k.id limit 1) as r`
)

// Known finds those of many redemptions that exist, in one query.
func (Store) Known(ctx context.Context, tx Tx, keys []RedemptionKey) (map[RedemptionKey]*Redemption, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	rows, err := knownRows(ctx, tx, keys)
	if err != nil {
		return nil, fmt.Errorf("read redemptions: %w", err)
	}
	list, err := scanRedemptions(rows)
	out := make(map[RedemptionKey]*Redemption, len(list))
	for _, r := range list {
		out[RedemptionKey{r.Sub, r.ID}] = r
	}
	return out, err
}

func knownRows(ctx context.Context, tx Tx, keys []RedemptionKey) (*sql.Rows, error) {
	if tx.Dialect() == db.SQLite {
		list := make([][5]string, len(keys))
		for i, k := range keys {
			list[i] = [5]string{k.Sub.Provider, k.Sub.Customer, k.Sub.Contract, k.Sub.ID, k.ID}
		}
		text, err := json.Marshal(list)
		if err != nil {
			return nil, err
		}
		return db.QueryAll(ctx, tx, knownSQLite, string(text))
	}
	c, ids := newColumns(len(keys)), make([]string, len(keys))
	for i, k := range keys {
		c.set(i, k.Sub)
		ids[i] = k.ID
	}
	return tx.QueryContext(ctx, knownPostgres, append(c.args(), ids)...)
}

func scanRedemptions(rows *sql.Rows) ([]*Redemption, error) {
	defer rows.Close()
	var out []*Redemption
	for rows.Next() {
		r := &Redemption{}
		if err := r.scan(rows); err != nil {
			return nil, fmt.Errorf("read redemptions: %w", err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// Redemption reads one.
func (Store) Redemption(ctx context.Context, q Querier, s Sub, id string) (*Redemption, bool, error) {
	rows, err := db.QueryAll(ctx, q, "select "+redemptionColumns+" from redemptions as r "+where+" and id = $5", s.args(id)...)
	if err != nil {
		return nil, false, fmt.Errorf("read redemptions: %w", err)
	}
	list, err := scanRedemptions(rows)
	if err != nil || len(list) == 0 {
		return nil, false, err
	}
	return list[0], true, nil
}

// Uses reads the live uses of a subscription's ledger.
func (Store) Uses(ctx context.Context, q Querier, s Sub, ledger string) ([]*Redemption, error) {
	rows, err := db.QueryAll(ctx, q, "select "+redemptionColumns+" from redemptions as r "+where+
		" and ledger = $5 and tokens > 0 and state <> 4 order by bears, ordinal", s.args(ledger)...)
	if err != nil {
		return nil, fmt.Errorf("read redemptions: %w", err)
	}
	return scanRedemptions(rows)
}

// Bear writes where a redemption counts now.
func (Store) Bear(ctx context.Context, tx Tx, r *Redemption) error {
	return changed(1)(tx.ExecContext(ctx, "update redemptions set bears = $6, ordinal = $7, state = $8, overage = $9 "+where+" and id = $5",
		r.Sub.args(r.ID, r.Bears, r.Ordinal, int(r.State), r.Overage)...))
}
