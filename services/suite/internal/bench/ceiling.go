package bench

import (
	"context"
	"fmt"
	"strings"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/process"
)

// plainTable has the columns and keys of the token service's redemptions.
const plainTable = `create table plain_redemptions (
  provider text not null, customer text not null, contract text not null, subscription text not null,
  recorded BIGINT not null, ledger text not null, year integer not null, seq BIGINT not null, id text not null, hash BLOB not null,
  operation text not null, units text not null, requested BIGINT not null, completed BIGINT not null, tokens integer not null,
  bucket integer not null, remaining BIGINT not null, request_id text not null, reservation text not null, overage text not null,
  bears integer not null, ordinal BIGINT not null, state integer not null,
  primary key (provider, customer, contract, subscription, recorded, ledger, year, seq),
  unique (provider, customer, contract, subscription, id))`

var plainColumns = strings.Split("provider customer contract subscription recorded ledger year seq id hash operation units requested "+
	"completed tokens bucket remaining request_id reservation overage bears ordinal state", " ")

// group is how many rows the suite writes in one transaction at most.
const group = 256

// ceiling is what the engine takes of the same rows with the same durability:
// groups of plain inserts, one commit a group, and nothing else.
func (t *Tokens) ceiling(ctx context.Context, path string, e process.Database) (Figure, error) {
	f := Figure{Name: "plain grouped inserts of redemption rows", Engine: t.engine, Unit: "rows/s", Note: "the engine's ceiling"}
	cfg := db.Config{Driver: e.Driver, DSN: path}
	text := strings.NewReplacer("BIGINT", "integer", "BLOB", "blob").Replace(plainTable) + " strict"
	if e.Driver == string(db.Postgres) {
		cfg.DSN = strings.ReplaceAll(e.DSN, "{service}", "token")
		text = strings.NewReplacer("BIGINT", "bigint", "BLOB", "bytea").Replace(plainTable)
	}
	d, err := db.Open(ctx, cfg)
	if err != nil {
		return f, err
	}
	defer d.Close()
	write := func(do func(ctx context.Context, tx db.Tx) error) error { return d.Write(ctx, do) }
	if err := write(func(ctx context.Context, tx db.Tx) error { _, err := tx.ExecContext(ctx, text); return err }); err != nil {
		return f, err
	}
	watch, n := clock.Stopwatch(), 0
	for watch() < t.opt.During {
		rows := make([][]any, group)
		for i := range rows {
			rows[i] = plainRow(n + i)
		}
		if err := write(func(ctx context.Context, tx db.Tx) error {
			return db.InsertRows(ctx, tx, "plain_redemptions", plainColumns, rows)
		}); err != nil {
			return f, err
		}
		n += group
	}
	f.PerSecond = float64(n) / watch().Seconds()
	return f, write(func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, "drop table plain_redemptions")
		return err
	})
}

func plainRow(n int) []any {
	at := start.UnixMicro()
	return []any{
		"bench", fmt.Sprintf("c%d", n%512), "k", "s", at, "vm-1", 0, n, requestID("plain", n), make([]byte, 16), "BACKUP", "vm-1",
		at, at, 1, 1, tokens - n, requestID("plain", n), "", "", 0, n, 1,
	}
}
