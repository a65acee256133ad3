// Package storetest is the conformance suite of the store: what its callers rely
// on, whatever the database.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/sla/internal/store"
)

var (
	backup  = store.Sub{Provider: "p", Customer: "harbour", Contract: "k", ID: "backup"}
	replica = store.Sub{Provider: "r", Customer: "harbour", Contract: "k", ID: "replica"}
)

// at is an instant with the microseconds that both databases keep.
func at(minute int) time.Time {
	return time.Date(2024, 3, 5, 0, 0, 0, 123456000, time.UTC).Add(time.Duration(minute) * time.Minute)
}

// Run runs the suite on a database with the service's schema.
func Run(t *testing.T, d *db.DB) {
	for name, fn := range map[string]func(*suite, *testing.T){
		"targets": (*suite).targets, "records": (*suite).records, "open": (*suite).open, "assessments": (*suite).assessments,
		"months": (*suite).months, "awards": (*suite).awards, "subscriptions": (*suite).subscriptions, "revisions": (*suite).revisions,
	} {
		t.Run(name, func(t *testing.T) { fn(&suite{d: d, target: store.TargetKey{Provider: "p", ID: name}}, t) })
	}
}

// suite is one test on its own target.
type suite struct {
	d      *db.DB
	s      store.Store
	target store.TargetKey
}

func (x *suite) write(t *testing.T, fn func(ctx context.Context, tx db.Tx) error) {
	t.Helper()
	if err := x.d.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func got[T any](t *testing.T, v T, ok bool, err error) T {
	t.Helper()
	if err != nil || !ok {
		t.Fatalf("found %t, %v", ok, err)
	}
	return v
}

func equal[T any](t *testing.T, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v\nwant %+v", got, want)
	}
}

func ids[T any](all []T, id func(T) string) string {
	var out []string
	for _, v := range all {
		out = append(out, id(v))
	}
	return fmt.Sprint(out)
}

func (x *suite) targets(t *testing.T) {
	own := store.Target{TargetKey: x.target, Title: "Backup", Sub: backup, Unit: "vm-1", Group: "g", Level: "99.9", Document: "d"}
	x.write(t, func(ctx context.Context, tx db.Tx) error {
		for _, v := range []store.Target{
			own,
			{TargetKey: store.TargetKey{Provider: "p", ID: "platform"}},
			{TargetKey: store.TargetKey{Provider: "q", ID: "targets"}},
			{TargetKey: store.TargetKey{Provider: "p", ID: "other"}, Sub: store.Sub{Provider: "p", Customer: "blue", Contract: "k", ID: "backup"}},
		} {
			if err := x.s.AddTarget(ctx, tx, &v); err != nil {
				return err
			}
		}
		if err := x.s.AddTarget(ctx, tx, &own); !errors.Is(err, db.ErrExists) {
			t.Errorf("a name that is taken: %v", err)
		}
		return nil
	})
	own.Version = 1
	v, ok, err := x.s.Target(t.Context(), x.d.Read(), x.target)
	equal(t, got(t, v, ok, err), own)
	list := func(l store.TargetList) string {
		all, err := x.s.Targets(t.Context(), x.d.Read(), l)
		if err != nil {
			t.Fatal(err)
		}
		return ids(all, func(v store.Target) string { return v.ID })
	}
	equal(t, list(store.TargetList{Provider: "p", Limit: 9}), "[other platform targets]")
	equal(t, list(store.TargetList{Provider: "p", Limit: 1, After: "other"}), "[platform]")
	equal(t, list(store.TargetList{Provider: "p", Customer: "harbour", Limit: 9}), "[targets]")
	equal(t, list(store.TargetList{Provider: "p", Subscription: backup.Name(), Limit: 9}), "[targets]")
	all, err := x.s.TargetsOf(t.Context(), x.d.Read(), backup)
	if err != nil || len(all) != 1 || all[0].ID != "targets" {
		t.Fatalf("%+v, %v", all, err)
	}
}

func (x *suite) place(id string) store.Place { return store.Place{Target: x.target, ID: id} }

func (x *suite) records(t *testing.T) {
	run := store.Run{Place: x.place("b1"), Span: store.Span{Start: at(0), End: at(60)}, Operation: "BACKUP", Emailed: at(61)}
	x.write(t, func(ctx context.Context, tx db.Tx) error {
		first := run
		if err := store.Runs.Put(ctx, tx, &first); err != nil {
			return err
		}
		again := run
		if err := store.Runs.Put(ctx, tx, &again); !errors.Is(err, db.ErrExists) {
			t.Errorf("a name that is taken: %v", err)
		}
		first.Succeeded = true
		if err := store.Runs.Put(ctx, tx, &first); err != nil {
			return err
		}
		stale := first
		stale.Version = 1
		if err := store.Runs.Put(ctx, tx, &stale); !errors.Is(err, db.ErrStale) {
			t.Errorf("an old version: %v", err)
		}
		return nil
	})
	run.Succeeded, run.Version = true, 2
	v, ok, err := store.Runs.Get(t.Context(), x.d.Read(), x.target, "b1")
	equal(t, got(t, v, ok, err), run)

	// Page by page, by start and then by id.
	x.write(t, func(ctx context.Context, tx db.Tx) error {
		for i, id := range []string{"d", "b", "c", "a"} {
			w := store.Window{Place: x.place(id), Span: store.Span{Start: at(i / 2)}, Kind: "MAINTENANCE", Announced: at(-9), Reason: "r", Clause: "c"}
			if err := store.Windows.Put(ctx, tx, &w); err != nil {
				return err
			}
		}
		return nil
	})
	var seen []string
	for from := (store.From{}); ; {
		page, err := store.Windows.Page(t.Context(), x.d.Read(), x.target, from, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		seen = append(seen, page[0].ID)
		from = store.From{Start: page[0].Start, ID: page[0].ID}
	}
	equal(t, seen, []string{"b", "d", "a", "c"})
}

func (x *suite) open(t *testing.T) {
	breach := func(id string, from, to int) store.Breach {
		b := store.Breach{Place: x.place(id), Span: store.Span{Start: at(from)}, Clause: "c", Evidence: "e", Derived: true}
		if to > 0 {
			b.End = at(to)
		}
		return b
	}
	x.write(t, func(ctx context.Context, tx db.Tx) error {
		for _, b := range []store.Breach{breach("over", 0, 10), breach("ends", 1, 20), breach("lasts", 2, 0)} {
			if err := store.Breaches.Put(ctx, tx, &b); err != nil {
				return err
			}
		}
		return nil
	})
	id := func(b store.Breach) string { return b.ID }
	since := func(from time.Time) string {
		all, err := store.Breaches.Since(t.Context(), x.d.Read(), x.target, from)
		if err != nil {
			t.Fatal(err)
		}
		return ids(all, id)
	}
	equal(t, since(at(11)), "[ends lasts]")
	equal(t, since(at(20)), "[ends lasts]")
	equal(t, since(at(21)), "[lasts]")
	equal(t, since(time.Time{}), "[over ends lasts]")
	x.write(t, func(ctx context.Context, tx db.Tx) error { return store.Breaches.Delete(ctx, tx, x.target, "over") })
	equal(t, since(time.Time{}), "[ends lasts]")

	x.write(t, func(ctx context.Context, tx db.Tx) error {
		v := store.Target{TargetKey: store.TargetKey{Provider: "r", ID: "vm-9"}, Sub: replica}
		b := breach("off", 0, 0)
		b.Target = v.TargetKey
		return errors.Join(x.s.AddTarget(ctx, tx, &v), store.Breaches.Put(ctx, tx, &b))
	})
	all, err := x.s.BreachesOf(t.Context(), x.d.Read(), replica)
	if err != nil || ids(all, id) != "[off]" {
		t.Fatalf("%v, %v", all, err)
	}
	if err := x.d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		b := breach("backwards", 10, 5)
		return store.Breaches.Put(ctx, tx, &b)
	}); err == nil {
		t.Error("a record that ends before it begins was kept")
	}
}

func (x *suite) assessment(id string, minute int) store.Assessment {
	b := explain.New(explain.Citation{Terms: "cpc", Clause: "cpc/6", Readings: []explain.Reading{{Name: "r", Option: "o"}}})
	why := b.Explanation(b.Seconds(b.FactTime("from", at(minute)), b.FactTime("to", at(minute+1))))
	return store.Assessment{
		Target: x.target, ID: id, Subject: "runs/" + id, Start: at(minute), Verdict: "COUNTED", Incident: time.Minute, Counted: time.Minute,
		Exclusions: []store.Exclusion{{Clause: "cpc/S3/3.2", Cause: "b", Start: at(minute), End: at(minute + 1), WholeRun: true, Explanation: why}},
		Assessed:   at(9), Citations: why.Citations(), Explanation: why,
	}
}

func (x *suite) assessments(t *testing.T) {
	first := x.assessment("a1", 5)
	x.write(t, func(ctx context.Context, tx db.Tx) error {
		v := first
		if err := x.s.PutAssessment(ctx, tx, &v); err != nil {
			return err
		}
		v.Verdict, v.Excluded, v.Counted = "EXCLUDED", time.Minute, 0
		earlier := x.assessment("a2", 1)
		return errors.Join(x.s.PutAssessment(ctx, tx, &v), x.s.PutAssessment(ctx, tx, &earlier))
	})
	first.Version = 1
	old, ok, err := x.s.AssessmentVersion(t.Context(), x.d.Read(), x.target, "a1", 1)
	equal(t, got(t, old, ok, err), first)
	newest, ok, err := x.s.Assessment(t.Context(), x.d.Read(), x.target, "a1")
	if got(t, newest, ok, err); newest.Version != 2 || newest.Verdict != "EXCLUDED" || newest.Same(first) {
		t.Fatalf("%+v", newest)
	}
	if _, ok, err := x.s.AssessmentVersion(t.Context(), x.d.Read(), x.target, "a1", 3); ok || err != nil {
		t.Fatalf("a version that is not there: %t, %v", ok, err)
	}
	page, err := x.s.Assessments(t.Context(), x.d.Read(), x.target, store.From{}, 9)
	if err != nil || ids(page, func(a store.Assessment) string { return a.ID }) != "[a2 a1]" || page[1].Version != 2 {
		t.Fatalf("%+v, %v", page, err)
	}
	again := first
	again.Explanation, again.Exclusions = explain.Explanation{}, slices.Clone(first.Exclusions)
	again.Exclusions[0].Explanation = explain.Explanation{}
	if !first.Same(again) {
		t.Error("another derivation of the same figures is another version")
	}
}

func (x *suite) months(t *testing.T) {
	x.write(t, func(ctx context.Context, tx db.Tx) error {
		for i, month := range []string{"2024-03-01", "2024-01-01", "2024-02-01"} {
			a := x.assessment(month, i)
			a.Month = date.MustParse(month)
			if err := x.s.PutAssessment(ctx, tx, &a); err != nil {
				return err
			}
		}
		return nil
	})
	for from, want := range map[string]string{"2024-02-01": "[2024-02-01 2024-03-01]", "": "[2024-01-01 2024-02-01 2024-03-01]"} {
		var d date.Date
		if from != "" {
			d = date.MustParse(from)
		}
		all, err := x.s.Months(t.Context(), x.d.Read(), x.target, d)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, ids(all, func(a store.Assessment) string { return a.Month.String() }), want)
	}
}

func (x *suite) awards(t *testing.T) {
	a := store.Award{Target: x.target, ID: "w1", Assessment: "a1", Measure: "PERCENT", Quantity: "5", Citations: []explain.Citation{{Terms: "t", Clause: "t/1"}}}
	b := store.Award{Target: x.target, ID: "w2", Assessment: "a1", Measure: "DAYS", Quantity: "1"}
	x.write(t, func(ctx context.Context, tx db.Tx) error {
		return errors.Join(x.s.PutAward(ctx, tx, &a), x.s.PutAward(ctx, tx, &b), x.s.PutAward(ctx, tx, &a))
	})
	all, err := x.s.Awards(t.Context(), x.d.Read(), x.target, "", 9)
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	equal(t, all[0], a)
	if all, err = x.s.Awards(t.Context(), x.d.Read(), x.target, "w1", 9); err != nil || len(all) != 1 || all[0].ID != "w2" {
		t.Fatalf("%+v, %v", all, err)
	}
}

func (x *suite) subscriptions(t *testing.T) {
	s := store.Subscription{
		Sub: backup, Known: true, Kind: "C2C_BACKUP", Edition: "ZT", Commencement: date.MustParse("2024-01-10"), Units: []string{"vm-1"},
		Holds:     []store.Hold{{Name: "h", Clause: "cpc/31(i)", Placed: at(0), Lifted: at(1)}},
		Crossings: []store.Crossing{{At: at(2), Percent: 100, Notified: true}},
	}
	s.PutTerms(store.TermsFrom{From: date.MustParse("2024-06-01"), Revision: "r2", Hash: "h2"})
	s.PutTerms(store.TermsFrom{Revision: "r1", Hash: "h0"})
	s.PutTerms(store.TermsFrom{Revision: "r1", Hash: "h1", Readings: map[string]string{"a": "b"}})
	x.write(t, func(ctx context.Context, tx db.Tx) error {
		other := store.Subscription{Sub: store.Sub{Provider: "p", Customer: "harbour", Contract: "k2", ID: "backup"}}
		return errors.Join(x.s.PutSubscription(ctx, tx, &s), x.s.PutSubscription(ctx, tx, &other))
	})
	v, ok, err := x.s.Subscription(t.Context(), x.d.Read(), backup)
	equal(t, got(t, v, ok, err), s)
	for on, hash := range map[string]string{"2024-05-31": "h1", "2024-06-01": "h2", "2023-01-01": "h1"} {
		equal(t, v.TermsOn(date.MustParse(on)).Hash, hash)
	}
	all, err := x.s.SubscriptionsOf(t.Context(), x.d.Read(), store.Sub{Provider: "p", Customer: "harbour", Contract: "k"})
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
}

func (x *suite) revisions(t *testing.T) {
	r := store.Revision{Hash: "sha256:1", Body: []byte(`{"id":"cpc"}`)}
	x.write(t, func(ctx context.Context, tx db.Tx) error {
		return errors.Join(x.s.PutRevision(ctx, tx, r), x.s.PutRevision(ctx, tx, r))
	})
	v, ok, err := x.s.Revision(t.Context(), x.d.Read(), r.Hash)
	equal(t, got(t, v, ok, err), r)
	if _, ok, err := x.s.Revision(t.Context(), x.d.Read(), "sha256:2"); ok || err != nil {
		t.Fatalf("%t, %v", ok, err)
	}
}
