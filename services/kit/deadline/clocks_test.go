package deadline_test

import (
	"context"
	"testing"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/deadline"
)

func TestClocks(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		got, err := f.clocks.Now(f.ctx, "acme")
		if err != nil || got.Mode != commit.Live || !got.Now.Equal(start) {
			t.Errorf("a clock that was never set: %+v, %v", got, err)
		}
		for _, bad := range []deadline.Clock{
			{Mode: commit.Live},
			{Provider: "acme", Mode: commit.Sandbox},
			{Provider: "acme", Mode: commit.Live, Now: start},
			{Provider: "acme", Mode: "OTHER"},
		} {
			err := f.db.Write(f.ctx, func(ctx context.Context, tx db.Tx) error { return f.clocks.Set(ctx, tx, bad) })
			if err == nil {
				t.Errorf("%+v was accepted", bad)
			}
		}
		f.sandbox(day(3))
		err = f.db.Write(f.ctx, func(ctx context.Context, tx db.Tx) error {
			return f.clocks.Set(ctx, tx, deadline.Clock{Provider: "live", Mode: commit.Live, Operation: "op"})
		})
		if err != nil {
			t.Fatal(err)
		}
		list, err := f.clocks.List(f.ctx)
		if err != nil || len(list) != 2 || !list[0].Now.Equal(day(3)) || list[1].Operation != "op" {
			t.Errorf("%+v, %v", list, err)
		}
		if got, err := f.clocks.Now(f.ctx, "acme"); err != nil || !got.Now.Equal(day(3)) {
			t.Errorf("the sandbox's now: %+v, %v", got, err)
		}
	})
}
