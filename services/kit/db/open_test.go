package db_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"cloudpact.dev/services/kit/db"
)

func TestReady(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB) {
		if err := d.Ready(ctx); err != nil {
			t.Fatal(err)
		}
		newer := fstest.MapFS{}
		for name, f := range schema {
			newer[name] = f
			newer[strings.Replace(name, "00001_things", "00002_more", 1)] = &fstest.MapFile{
				Data: []byte("-- +goose Up\ncreate table more (id text not null);\n"),
			}
		}
		d.Expect(newer, "service_version")
		if err := d.Ready(ctx); err == nil {
			t.Fatal("a database with an older schema is ready")
		}
		if err := d.Migrate(ctx, newer); err != nil {
			t.Fatal(err)
		}
		if err := d.Ready(ctx); err != nil {
			t.Errorf("after the migration: %v", err)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	for _, cfg := range []db.Config{
		{Driver: "mysql", DSN: "x"},
		{Driver: "sqlite", DSN: ""},
		{Driver: "sqlite", DSN: "file::memory:?cache=shared"},
		{Driver: "postgres", DSN: "postgres://user:secret@127.0.0.1:1:2/x"},
	} {
		d, err := db.Open(context.Background(), cfg)
		if err == nil {
			d.Close()
			t.Errorf("%s %q was opened", cfg.Driver, cfg.DSN)
			continue
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}
