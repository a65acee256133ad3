package commit_test

import (
	"context"
	"errors"
	"testing"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
)

func request(id, hash string) context.Context {
	return commit.WithRequest(context.Background(), commit.Request{Scope: "acme/CreateNote", ID: id, Hash: []byte(hash)})
}

type answer struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// create writes a note and answers with something that the next call would not.
func (f *fixture) create(ctx context.Context, id string) (answer, error) {
	return commit.Run(ctx, f.c, alice, func(ctx context.Context, tx *commit.Tx) (answer, error) {
		var n int64
		if err := tx.QueryRowContext(ctx, "select count(*) from notes").Scan(&n); err != nil {
			return answer{}, err
		}
		return answer{id, 1<<60 + n}, note(ctx, tx, id)
	})
}

func TestRepeatedRequestIsAnsweredAsBefore(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		var outcomes []commit.Outcome
		ctx := commit.WithObserver(request("r1", "h"), func(o commit.Outcome) { outcomes = append(outcomes, o) })
		first, err := f.create(ctx, "a")
		if err != nil {
			t.Fatal(err)
		}
		again, err := f.create(ctx, "a")
		if err != nil || again != first {
			t.Errorf("the second answer is %+v, %v; the first was %+v", again, err, first)
		}
		if len(outcomes) != 2 || outcomes[0].Replayed || !outcomes[1].Replayed ||
			outcomes[0].Position != 1 || outcomes[1].Position != 1 || !outcomes[1].RecordTime.Equal(start) {
			t.Errorf("outcomes %+v", outcomes)
		}
		if _, err := f.create(request("r1", "other"), "b"); !fault.Is(err, fault.ReasonRequestIDReused) {
			t.Errorf("the id with another request: %v", err)
		}
		if _, err := f.create(request("r2", "h"), "c"); err != nil {
			t.Errorf("another id: %v", err)
		}
		f.wantNotes("a", "c")
	})
}

func TestRepeatedRequestInOneGroup(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		var got [3]answer
		var outcomes [3]commit.Outcome
		one := func(i int, hash string) call {
			return func() (err error) {
				ctx := commit.WithObserver(request("r1", hash), func(o commit.Outcome) { outcomes[i] = o })
				got[i], err = f.create(ctx, "a")
				return err
			}
		}
		errs := f.together(one(0, "h"), one(1, "h"), one(2, "other"))
		if errs[0] != nil || errs[1] != nil || !fault.Is(errs[2], fault.ReasonRequestIDReused) {
			t.Fatal(errs)
		}
		if got[0] != got[1] || outcomes[1].Position != outcomes[0].Position || !outcomes[1].Replayed || outcomes[0].Replayed {
			t.Errorf("answers %+v, outcomes %+v", got, outcomes)
		}
		f.wantNotes("a")
	})
}

// A refused request leaves its id free.
func TestRefusedRequestMayBeRepeated(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		stop := errors.New("not yet")
		refuse := func() error {
			return commit.Exec(request("r1", "h"), f.c, alice, func(context.Context, *commit.Tx) error { return stop })
		}
		create := func() error { _, err := f.create(request("r1", "h"), "a"); return err }
		errs := f.together(refuse, create)
		if !errors.Is(errs[0], stop) || errs[1] != nil {
			t.Fatal(errs)
		}
		f.wantNotes("a")
	})
}

func TestValidateOnlyKeepsNothing(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		dry := commit.WithRequest(context.Background(),
			commit.Request{Scope: "acme/CreateNote", ID: "r1", Hash: []byte("dry"), ValidateOnly: true})
		errs := f.together(
			func() error {
				got, err := f.create(dry, "a")
				if got.Name != "a" {
					t.Errorf("answered %+v", got)
				}
				return err
			},
			func() error { _, err := f.create(request("r1", "h"), "a"); return err },
		)
		noErrors(t, errs)
		f.wantNotes("a")
	})
}

func TestOwnRequestIsNotKept(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := commit.OwnRequest(request("r1", "h"))
		for _, id := range []string{"a", "b"} {
			if _, err := f.create(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
		f.wantNotes("a", "b")
	})
}
