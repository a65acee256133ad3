package store

import (
	"context"
	"errors"
	"fmt"

	"cloudpact.dev/services/kit/db"
)

// ErrMoved says that another transaction changed a lot meanwhile. Streams are
// locked while a group decides, so it means that somebody wrote around them.
var ErrMoved = errors.New("a lot changed while it was decided on")

const countSQLite = `update lots set used = $1, reserved = $2, seq = $3, version = version + 1
where provider = $4 and customer = $5 and contract = $6 and subscription = $7 and ledger = $8 and year = $9 and version = $10`

// The inner search, by the whole key and with a limit, keeps the planner from
// joining the keys with the whole table: it keeps the plan that it made when the
// table was small.
const countPostgres = `update lots as l set used = k.used, reserved = k.reserved, seq = k.seq, version = l.version + 1
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[])
  as k (provider, customer, contract, subscription, ledger, year, used, reserved, seq, version)
cross join lateral (select x.ctid from lots as x where x.provider = k.provider and x.customer = k.customer
  and x.contract = k.contract and x.subscription = k.subscription and x.ledger = k.ledger and x.year = k.year
  and x.version = k.version limit 1) as t
where l.ctid = t.ctid`

// counts are the statements that write the counters of many lots, each only if
// nobody changed it.
func counts(d db.Dialect, lots []*Lot) []db.Statement {
	var out []db.Statement
	if d == db.SQLite {
		for _, l := range lots {
			out = append(out, db.Statement{Text: countSQLite, Done: moved(1), Args: []any{
				l.Used, l.Reserved, l.Seq,
				l.Sub.Provider, l.Sub.Customer, l.Sub.Contract, l.Sub.ID, l.Ledger, l.Year, l.Version,
			}})
		}
		return out
	}
	n := len(lots)
	c := newColumns(n)
	ledgers, years := make([]string, n), make([]int32, n)
	used, reserved, seq, version := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	for i, l := range lots {
		c.set(i, l.Sub)
		ledgers[i], years[i] = l.Ledger, int32(l.Year)
		used[i], reserved[i], seq[i], version[i] = int64(l.Used), int64(l.Reserved), l.Seq, l.Version
	}
	return append(out, db.Statement{
		Text: countPostgres, Done: moved(n), Args: append(c.args(), ledgers, years, used, reserved, seq, version),
	})
}

// moved refuses a statement that did not change n rows.
func moved(n int) func(changed int64) error {
	return func(changed int64) error {
		if changed != int64(n) {
			return ErrMoved
		}
		return nil
	}
}

// Written is what a group of uses leaves.
type Written struct {
	// Lots whose counters changed, as Want gave them.
	Lots        []*Lot
	Redemptions []*Redemption
	// Entries are lines beside the redemptions' own.
	Entries []Entry
}

// Write are the statements that write it. They give ErrMoved where somebody
// changed a lot meanwhile, and db.Unique where a redemption is there already.
func Write(d db.Dialect, w Written) []db.Statement {
	var sts []db.Statement
	if len(w.Lots) > 0 {
		sts = counts(d, w.Lots)
	}
	sts = append(sts, db.Inserts(d, "redemptions", redemptionFields, redemptionRows(w.Redemptions))...)
	return append(sts, db.Inserts(d, "entries", entryFields, entryRows(w.Entries))...)
}

// changed refuses a statement that did not change n rows.
func changed(n int) func(interface{ RowsAffected() (int64, error) }, error) error {
	return func(res interface{ RowsAffected() (int64, error) }, err error) error {
		if err != nil {
			return fmt.Errorf("write lots: %w", err)
		}
		got, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if got != int64(n) {
			return ErrMoved
		}
		return nil
	}
}

const lotFields = keyColumns + ", ledger, year, start_day, end_day, granted, corrected, used, reserved, prorated, after_term, opened, lapsed, seq, cuts, version"

// PutLot writes a whole lot: a new one where its version is 0, else the one that
// was read.
func (Store) PutLot(ctx context.Context, tx Tx, l *Lot) error {
	args := l.Sub.args(l.Ledger, l.Year, day(l.From), day(l.To), l.Granted, l.Corrected, l.Used, l.Reserved,
		l.Prorated, l.AfterTerm, l.Opened, l.Lapsed, l.Seq, l.Cuts)
	if l.Version == 0 {
		l.Version = 1
		return changed(1)(tx.ExecContext(ctx, "insert into lots ("+lotFields+
			") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1)", args...))
	}
	err := changed(1)(tx.ExecContext(ctx, `update lots set start_day = $7, end_day = $8, granted = $9, corrected = $10, used = $11,
reserved = $12, prorated = $13, after_term = $14, opened = $15, lapsed = $16, seq = $17, cuts = $18, version = version + 1
where provider = $1 and customer = $2 and contract = $3 and subscription = $4 and ledger = $5 and year = $6 and version = $19`,
		append(args, l.Version)...))
	if err == nil {
		l.Version++
	}
	return err
}

// DropLot removes a lot that never was granted.
func (Store) DropLot(ctx context.Context, tx Tx, l *Lot) error {
	return changed(1)(tx.ExecContext(ctx, "delete from lots "+where+" and ledger = $5 and year = $6 and version = $7",
		l.Sub.args(l.Ledger, l.Year, l.Version)...))
}
