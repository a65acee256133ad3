// Package storetest is what every database under compliance's store must do.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"cloudpact.dev/services/compliance/internal/cure"
	"cloudpact.dev/services/compliance/internal/decision"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/compliance/internal/store"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/terms"
)

var (
	customer = record.CustomerKey{Provider: "p", Customer: "c"}
	contract = record.ContractKey{CustomerKey: customer, Contract: "k"}
	morning  = time.Date(2024, 7, 3, 1, 0, 0, 123000, time.UTC)
)

// suite runs its parts on one database.
type suite struct {
	*testing.T
	db    *db.DB
	store store.Store
}

// Run proves the store on a database with its schema.
func Run(t *testing.T, d *db.DB) {
	for name, part := range map[string]func(suite){
		"known": suite.known, "cases": suite.cases, "holds": suite.holds, "decisions": suite.decisions, "assets": suite.assets,
		"obligations": suite.obligations, "notices": suite.notices, "audit": suite.audit,
	} {
		t.Run(name, func(t *testing.T) { part(suite{T: t, db: d}) })
	}
}

// write commits what fn does.
func (s suite) write(fn func(ctx context.Context, tx db.Tx) error) {
	s.Helper()
	if err := s.db.Write(s.Context(), fn); err != nil {
		s.Fatal(err)
	}
}

// is checks what was read.
func is[T any](s suite, got T, ok bool, err error, want T) {
	s.Helper()
	if err != nil || !ok || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		s.Errorf("read %+v (%v, %v), want %+v", got, ok, err, want)
	}
}

func (s suite) known() {
	c := record.Contract{ContractKey: contract, Currency: "HKD", Terms: []record.TermsFrom{{Revision: "r", Hash: "h", Readings: map[string]string{"a": "b"}}}}
	sub := record.Service{Key: contract.In("s"), LastDay: date.New(2024, 2, 29), Version: 2}
	acc := record.Account{Key: contract.In("main"), Overdue: true, Open: money.New("HKD", 5), Subscriptions: []string{"s"}}
	watched := record.Target{Provider: "p", Target: "t", Subscription: "s"}
	body := &terms.Terms{ID: "x", Revision: "1"}
	for range 2 { // a fact told twice leaves one row
		s.write(func(ctx context.Context, tx db.Tx) error {
			return errors.Join(s.store.PutContract(ctx, tx, c), s.store.PutService(ctx, tx, sub), s.store.PutAccount(ctx, tx, acc),
				s.store.PutTarget(ctx, tx, watched), s.store.PutTerms(ctx, tx, "p", "h", body))
		})
	}
	ctx, q := s.Context(), s.db.Read()
	gotC, ok, err := s.store.Contract(ctx, q, contract)
	is(s, gotC, ok, err, c)
	gotS, ok, err := s.store.Service(ctx, q, sub.Key)
	is(s, gotS, ok, err, sub)
	of, err := s.store.ServicesOf(ctx, q, contract)
	ordered(s, err, of, func(v record.Service) string { return v.ID }, "s")
	gotA, ok, err := s.store.Account(ctx, q, acc.Key)
	is(s, gotA, ok, err, acc)
	gotT, ok, err := s.store.Target(ctx, q, "p", "t")
	is(s, gotT, ok, err, watched)
	gotB, ok, err := s.store.Terms(ctx, q, "p", "h")
	is(s, *gotB, ok, err, *body)
	if _, ok, err := s.store.Account(ctx, q, contract.In("other")); ok || err != nil {
		s.Errorf("an account that is not there: %v %v", ok, err)
	}
}

// versioned proves insert, conflict, update and staleness of one table.
func versioned[T any](s suite, v T, insert func(context.Context, db.Querier, T) error, update func(context.Context, db.Querier, T, int64) error) {
	s.Helper()
	s.write(func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, v) })
	s.write(func(ctx context.Context, tx db.Tx) error {
		if err := insert(ctx, tx, v); !errors.Is(err, db.ErrExists) {
			s.Errorf("inserted twice: %v", err)
		}
		if err := update(ctx, tx, v, 7); !errors.Is(err, db.ErrStale) {
			s.Errorf("updated an old version: %v", err)
		}
		return update(ctx, tx, v, 1)
	})
}

func (s suite) cases() {
	days := []date.Date{date.New(2024, 3, 2), date.New(2024, 3, 2), date.New(2024, 1, 5)}
	for i, d := range days {
		k := contract
		k.Contract += string(rune('a' + i))
		versioned(s, record.Case{Key: k.In("one"), Opened: d, State: cure.Open, Version: 1}, s.store.InsertCase, s.store.UpdateCase)
	}
	ctx, q := s.Context(), s.db.Read()
	all, err := s.store.Cases(ctx, q, store.Scope{CustomerKey: record.CustomerKey{Provider: "p"}}, store.Page{Limit: 10})
	ordered(s, err, all, func(c record.Case) string { return c.Contract }, "kc ka kb")
	rest, err := s.store.Cases(ctx, q, store.Scope{CustomerKey: customer}, store.Page{After: []any{"2024-03-02", "c", "ka", "one"}, Limit: 10})
	ordered(s, err, rest, func(c record.Case) string { return c.Contract }, "kb")
	one, err := s.store.Cases(ctx, q, store.Scope{CustomerKey: customer, Contract: "kc"}, store.Page{Limit: 10})
	ordered(s, err, one, func(c record.Case) string { return c.Contract }, "kc")
	none, err := s.store.Cases(ctx, q, store.Scope{CustomerKey: record.CustomerKey{Provider: "other"}}, store.Page{Limit: 10})
	ordered(s, err, none, func(c record.Case) string { return c.Contract }, "")
	got, ok, err := s.store.Case(ctx, q, one[0].Key)
	is(s, got, ok, err, one[0])
}

// ordered checks a list and its order.
func ordered[T any](s suite, err error, rows []T, id func(T) string, want string) {
	s.Helper()
	got := make([]string, len(rows))
	for i, r := range rows {
		got[i] = id(r)
	}
	if err != nil || strings.Join(got, " ") != want {
		s.Errorf("%q (%v), want %q", strings.Join(got, " "), err, want)
	}
}

func (s suite) holds() {
	for _, id := range []string{"b", "a"} {
		versioned(s, record.Hold{Key: contract.In(id), Case: "one", Subscriptions: []string{"s"}, State: record.HoldOffered, Placed: morning, Version: 1},
			s.store.InsertHold, s.store.UpdateHold)
	}
	ctx, q := s.Context(), s.db.Read()
	all, err := s.store.Holds(ctx, q, contract, store.Page{Limit: 1})
	ordered(s, err, all, func(h record.Hold) string { return h.ID }, "a")
	next, err := s.store.Holds(ctx, q, contract, store.Page{After: []any{"c", "k", "a"}, Limit: 10})
	ordered(s, err, next, func(h record.Hold) string { return h.ID }, "b")
	in, err := s.store.HoldsIn(ctx, q, contract, record.HoldOffered)
	ordered(s, err, in, func(h record.Hold) string { return h.ID }, "a b")
	got, ok, err := s.store.Hold(ctx, q, contract.In("a"))
	is(s, got, ok, err, all[0])
}

func (s suite) decisions() {
	for i, id := range []string{"b", "a"} {
		versioned(s, record.Decision{
			Key: contract.In(id), Action: decision.PlaceHold, Subject: "hold", Case: "one", State: decision.Proposed,
			Proposed: morning.Add(time.Duration(i) * time.Second), Version: 1,
		}, s.store.InsertDecision, s.store.UpdateDecision)
	}
	ctx, q := s.Context(), s.db.Read()
	all, err := s.store.Decisions(ctx, q, contract, store.Page{Limit: 10})
	ordered(s, err, all, func(d record.Decision) string { return d.ID }, "b a")
	next, err := s.store.Decisions(ctx, q, contract, store.Page{After: []any{db.Time(morning).String(), "c", "k", "b"}, Limit: 10})
	ordered(s, err, next, func(d record.Decision) string { return d.ID }, "a")
	on, err := s.store.DecisionsOn(ctx, q, contract, decision.PlaceHold, "hold")
	ordered(s, err, on, func(d record.Decision) string { return d.ID }, "a b")
	other, err := s.store.DecisionsOn(ctx, q, contract, decision.LiftHold, "hold")
	ordered(s, err, other, func(d record.Decision) string { return d.ID }, "")
	open, err := s.store.OpenDecisions(ctx, q, contract, "one")
	ordered(s, err, open, func(d record.Decision) string { return d.ID }, "a b")
	got, ok, err := s.store.Decision(ctx, q, contract.In("b"))
	is(s, got, ok, err, all[0])
}

func (s suite) assets() {
	for _, id := range []string{"b", "a"} {
		versioned(s, record.Asset{Key: contract.In(id), Subscription: "s", Price: money.New("HKD", 720000), Version: 1}, s.store.InsertAsset, s.store.UpdateAsset)
	}
	ctx, q := s.Context(), s.db.Read()
	all, err := s.store.Assets(ctx, q, contract, store.Page{Limit: 10})
	ordered(s, err, all, func(a record.Asset) string { return a.ID }, "a b")
	of, err := s.store.AssetsOf(ctx, q, contract.In("s"))
	ordered(s, err, of, func(a record.Asset) string { return a.ID }, "a b")
	got, ok, err := s.store.Asset(ctx, q, contract.In("a"))
	is(s, got, ok, err, all[0])
	r := record.Retention{Key: contract.In("s"), LastDay: date.New(2025, 2, 20), Deleted: morning, LegalHold: "x", Version: 3}
	s.write(func(ctx context.Context, tx db.Tx) error { return s.store.PutRetention(ctx, tx, r) })
	kept, ok, err := s.store.Retention(ctx, q, r.Key)
	is(s, kept, ok, err, r)
}

func (s suite) obligations() {
	put := func(id string, due time.Time, state record.ObligationState) record.Obligation {
		o := record.Obligation{CustomerKey: customer, ID: id, Deadline: id, Due: due, State: state, Version: 1}
		s.write(func(ctx context.Context, tx db.Tx) error { return s.store.PutObligation(ctx, tx, o) })
		return o
	}
	put("late", morning.Add(time.Hour), record.Running)
	put("open", time.Time{}, record.Pending)
	first := put("first", morning, record.Running)
	put("first", morning, record.Met)
	ctx, q := s.Context(), s.db.Read()
	id := func(o record.Obligation) string { return o.ID }
	all, err := s.store.Obligations(ctx, q, customer, false, store.Page{Limit: 10})
	ordered(s, err, all, id, "first late open")
	running, err := s.store.Obligations(ctx, q, record.CustomerKey{Provider: "p"}, true, store.Page{Limit: 10})
	ordered(s, err, running, id, "late open")
	next, err := s.store.Obligations(ctx, q, customer, false, store.Page{After: []any{db.Time(morning).String(), "c", "first"}, Limit: 1})
	ordered(s, err, next, id, "late")
	got, ok, err := s.store.Obligation(ctx, q, customer, "first")
	first.State = record.Met
	is(s, got, ok, err, first)
}

func (s suite) notices() {
	for i, id := range []string{"b", "a", "z"} {
		n := record.Notice{CustomerKey: customer, ID: id, Kind: "INVOICE", Given: morning.Add(time.Duration(i/2) * time.Second), State: record.Queued}
		s.write(func(ctx context.Context, tx db.Tx) error { return s.store.AppendNotice(ctx, tx, n) })
		s.write(func(ctx context.Context, tx db.Tx) error {
			if err := s.store.AppendNotice(ctx, tx, n); !errors.Is(err, db.ErrExists) {
				s.Errorf("given twice: %v", err)
			}
			return nil
		})
	}
	ctx, q := s.Context(), s.db.Read()
	all, err := s.store.Notices(ctx, q, customer, store.Page{Limit: 10})
	ordered(s, err, all, func(n record.Notice) string { return n.ID }, "b a z")
	got, ok, err := s.store.Notice(ctx, q, customer, "b")
	is(s, got, ok, err, all[0])
}

func (s suite) audit() {
	for _, id := range []string{"b", "a"} {
		e := record.AuditEntry{CustomerKey: customer, ID: id, Recorded: morning, Actor: "x", Action: id, Clauses: []string{"cpc/9"}}
		s.write(func(ctx context.Context, tx db.Tx) error { return s.store.AppendAudit(ctx, tx, e) })
	}
	ctx, q := s.Context(), s.db.Read()
	all, err := s.store.Audit(ctx, q, customer, store.Page{Limit: 10})
	ordered(s, err, all, func(e record.AuditEntry) string { return e.ID }, "b a")
	next, err := s.store.Audit(ctx, q, customer, store.Page{After: []any{db.Time(morning).String(), "c", int64(1), "b"}, Limit: 10})
	ordered(s, err, next, func(e record.AuditEntry) string { return e.ID }, "a")
}
