package commit_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
)

var errOdd = errors.New("odd")

// batch is a Grouper of notes: it refuses "odd", and stumbles over other names.
type batch struct {
	sizes   []int
	grouper *commit.Grouper[string, string]
}

func newBatch() *batch {
	b := &batch{}
	b.grouper = commit.NewGrouper(func(ctx context.Context, tx *commit.GroupTx, items []commit.Keyed[string]) []commit.Result[string] {
		b.sizes = append(b.sizes, len(items))
		out := make([]commit.Result[string], len(items))
		var rows [][]any
		for i, it := range items {
			switch it.In {
			case "odd":
				out[i].Err = errOdd
				continue
			case "panic":
				panic("a bug")
			case "unencodable":
				tx.Publish(i, commit.Draft{Type: "bad", Body: func() {}})
			}
			out[i].Out = it.Key.Customer + it.Request.ID
			rows = append(rows, []any{it.In, 1})
			tx.Publish(i, commit.Draft{Type: "noted", Subject: it.In, Body: it.Now})
		}
		if err := db.InsertRows(ctx, tx, "notes", []string{"id", "n"}, rows); err != nil {
			for i := range out {
				out[i].Err = err
			}
		}
		return out
	})
	return b
}

func (b *batch) call(f *fixture, ctx context.Context, key commit.Key, id string) call {
	return func() error {
		got, err := commit.RunBatch(ctx, f.c, b.grouper, key, id)
		r, _ := commit.RequestFrom(ctx)
		if err == nil && got != key.Customer+r.ID {
			return fmt.Errorf("%s was answered %q", id, got)
		}
		return err
	}
}

func TestBatchGoesTogether(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		b, ctx := newBatch(), context.Background()
		errs := f.together(
			b.call(f, request("r1", "h"), alice, "a"),
			func() error { return f.note(ctx, alice, "single") },
			b.call(f, ctx, bob, "b"),
			b.call(f, ctx, alice, "odd"),
			b.call(f, ctx, alice, "c"),
		)
		if !errors.Is(errs[3], errOdd) {
			t.Errorf("the refused item: %v", errs[3])
		}
		errs[3] = nil
		noErrors(t, errs)
		if len(b.sizes) != 1 || b.sizes[0] != 4 {
			t.Errorf("batches of %v, want one of 4", b.sizes)
		}
		f.wantNotes("a", "single", "b", "c")
	})
}

// Items that break the batch are found by running each alone.
func TestBatchThatStumbles(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		for _, bad := range []string{"panic", "unencodable", "twice"} {
			b, ctx := newBatch(), context.Background()
			if bad == "twice" {
				noErrors(t, []error{f.note(ctx, alice, bad)})
			}
			errs := f.together(
				b.call(f, ctx, alice, "a-"+bad),
				b.call(f, ctx, alice, bad),
				func() error { return f.note(ctx, bob, "n-"+bad) },
				b.call(f, ctx, bob, "b-"+bad),
			)
			if errs[1] == nil {
				t.Errorf("%s was accepted", bad)
			}
			errs[1] = nil
			noErrors(t, errs)
		}
		f.wantNotes("a-panic", "b-panic", "n-panic", "a-unencodable", "b-unencodable", "n-unencodable",
			"twice", "a-twice", "b-twice", "n-twice")
	})
}

func TestBatchValidateOnly(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		b := newBatch()
		dry := commit.WithRequest(context.Background(), commit.Request{ValidateOnly: true})
		errs := f.together(b.call(f, dry, alice, "a"), b.call(f, context.Background(), alice, "a"))
		noErrors(t, errs)
		f.wantNotes("a")
	})
}

func TestBatchMustAnswerEachItem(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		g := commit.NewGrouper(func(context.Context, *commit.GroupTx, []commit.Keyed[int]) []commit.Result[int] { return nil })
		if _, err := commit.RunBatch(context.Background(), f.c, g, alice, 1); !fault.Is(err, fault.ReasonInternal) {
			t.Errorf("got %v", err)
		}
	})
}

// Statements that meet a row which is there are taken back, all of them, and the
// group goes on.
func TestAttempt(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := context.Background()
		if err := f.note(ctx, alice, "a"); err != nil {
			t.Fatal(err)
		}
		insert := func(id string) db.Statement {
			return db.Statement{Text: "insert into notes (id, n) values ($1, 1)", Args: []any{id}}
		}
		met := 0
		g := commit.NewGrouper(func(ctx context.Context, tx *commit.GroupTx, items []commit.Keyed[string]) []commit.Result[string] {
			out := make([]commit.Result[string], len(items))
			for i, it := range items {
				err := tx.Attempt(ctx, insert(it.In+"'"), insert(it.In))
				if db.Class(err) == db.Unique {
					met++
					err = tx.Attempt(ctx, insert(it.In+"''"))
				}
				out[i].Err = err
				tx.Publish(i, commit.Draft{Type: "noted", Subject: it.In + map[bool]string{true: "''", false: "'"}[it.In == "a"], Body: 1})
				if it.In != "a" {
					tx.Publish(i, commit.Draft{Type: "noted", Subject: it.In, Body: 1})
				}
			}
			return out
		})
		run := func(id string) call {
			return func() error { _, err := commit.RunBatch(ctx, f.c, g, alice, id); return err }
		}
		for _, err := range f.together(run("b"), run("a"), run("c")) {
			if err != nil {
				t.Error(err)
			}
		}
		if met != 1 {
			t.Errorf("%d attempts met a row", met)
		}
		f.wantNotes("a", "b", "b'", "a''", "c", "c'")
	})
}
