package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/cache"
	"cloudpact.dev/services/token/internal/lots"
	"cloudpact.dev/services/token/internal/redeem"
	"cloudpact.dev/services/token/internal/store"
)

// view is a subscription with its policies, ready to decide on.
type view struct {
	sub      store.Subscription
	terms    terms.Resolved
	tokens   bool // the kind has a token clause
	lots     lots.Policy
	facts    lots.Facts
	uses     redeem.Policy
	service  redeem.Service
	snapshot *terms.Snapshot
	// commenced and ends are the days that bound its lots.
	ends date.Date
}

// view compiles a subscription with its terms.
func compile(s store.Subscription, r terms.Resolved) *view {
	v := &view{sub: s, terms: r}
	v.lots, v.tokens = lots.PolicyOf(r, s.Kind)
	if r.Terms != nil && r.Snapshot != nil && slices.Contains(r.Snapshot.Kinds, s.Kind) {
		v.snapshot = r.Snapshot
	}
	switch {
	case !s.LastDay.IsZero():
		v.ends = s.LastDay.AddDays(1)
	case s.EndsAutomatically:
		v.ends = s.TermEnd
	}
	v.facts = lots.Facts{Commencement: s.Commencement, TermEnd: s.TermEnd, End: v.ends, Tokens: s.Tokens}
	v.service = redeem.Service{Commencement: s.Commencement, End: v.ends, Zone: time.UTC}
	if r.Terms != nil {
		v.service.Zone = r.Zone()
	}
	for _, h := range s.Holds {
		v.service.Holds = append(v.service.Holds, redeem.Hold{ID: h.ID, Placed: h.Placed, Lifted: h.Lifted})
	}
	for _, u := range s.Units {
		v.facts.Units = append(v.facts.Units, lots.Unit{ID: u.ID, Added: u.Added, Removed: u.Removed, Replaces: u.Replaces})
	}
	if !v.tokens {
		return v
	}
	v.uses, _ = redeem.PolicyOf(r, s.Kind)
	ledgers := lots.Index(v.lots, v.facts)
	v.service.Units = make(map[string]redeem.Unit, len(s.Units))
	for _, u := range s.Units {
		v.service.Units[u.ID] = redeem.Unit{Ledger: ledgers[u.ID], Added: u.Added, Removed: u.Removed}
	}
	return v
}

// ledger is the ledger of a unit; false where the service has no such unit.
func (v *view) ledger(unit string) (string, bool) {
	if v.lots.PerService {
		return "", true
	}
	u, ok := v.service.Units[unit]
	return u.Ledger, ok
}

// year of a ledger that bears a use charged on a day.
func (v *view) year(ledger string, d date.Date) int { return lots.YearOf(v.lots, v.facts, ledger, d) }

// charged is the instant whose year bears a use.
func (v *view) charged(requested, completed time.Time) time.Time {
	if v.uses.ByExecution && !completed.IsZero() {
		return completed
	}
	return requested
}

// book caches compiled subscriptions and resolved terms. What it holds is
// checked against the version in the database by whoever decides on it.
type book struct {
	mu    sync.RWMutex
	views map[store.Sub]*view
	terms cache.Cache
}

// booksKept bounds the cached subscriptions.
const booksKept = 200_000

func (b *book) get(s store.Sub) *view {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.views[s]
}

func (b *book) put(v *view) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.views == nil || len(b.views) >= booksKept {
		b.views = map[store.Sub]*view{}
	}
	b.views[v.sub.Sub] = v
}

// load reads and compiles a subscription.
func (a *App) load(ctx context.Context, q store.Querier, s store.Sub) (*view, error) {
	sub, ok, err := a.store.Subscription(ctx, q, s)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, unknownSubscription(s)
	}
	if v := a.book.get(s); v != nil && v.sub.Version == sub.Version {
		return v, nil
	}
	r, err := a.resolved(ctx, q, sub)
	if err != nil {
		return nil, err
	}
	v := compile(sub, r)
	a.book.put(v)
	return v, nil
}

// near gives a compiled subscription that may be behind the database.
func (a *App) near(ctx context.Context, q store.Querier, s store.Sub) (*view, error) {
	if v := a.book.get(s); v != nil {
		return v, nil
	}
	return a.load(ctx, q, s)
}

// resolved gives the terms of a subscription with its readings in force.
func (a *App) resolved(ctx context.Context, q store.Querier, s store.Subscription) (terms.Resolved, error) {
	if s.TermsHash == "" {
		return terms.Resolved{}, nil
	}
	return a.book.terms.Resolve(s.TermsHash, s.Readings, func() (*terms.Terms, error) {
		body, ok, err := a.store.Revision(ctx, q, s.TermsHash)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, fmt.Errorf("the terms %s of %s are not kept here", s.TermsHash, s.Name())
		}
		t := &terms.Terms{}
		if err := json.Unmarshal(body.Body, t); err != nil {
			return nil, fmt.Errorf("read the terms %s: %w", s.TermsHash, err)
		}
		return t, nil
	})
}

// keepTerms makes sure that the terms of a subscription are kept here. They are
// asked for once in the life of a revision, so the question may stand inside the
// change that needs them.
func (a *App) keepTerms(ctx context.Context, tx store.Tx, s store.Subscription) error {
	if s.TermsHash == "" {
		return nil
	}
	if ok, err := a.store.HasRevision(ctx, tx, s.TermsHash); err != nil || ok {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	t, err := a.Revision(ctx, s.TermsRevision)
	if err != nil {
		return fmt.Errorf("ask for the terms %s: %w", s.TermsRevision, err)
	}
	b, err := terms.Canonical(t)
	if err != nil {
		return err
	}
	return a.store.PutRevision(ctx, tx, store.Revision{Hash: s.TermsHash, Body: b})
}
