package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/sla/internal/duties"
	"cloudpact.dev/services/sla/internal/store"
	"cloudpact.dev/services/terms"
)

// askRevision bounds the question for a revision; a lane waits for it once in the
// revision's life.
const askRevision = 5 * time.Second

// resolve is a revision with readings, kept once per process. The body of a
// revision that the service meets for the first time is fetched from its owner,
// checked against its hash and kept for ever.
func (a *App) resolve(ctx context.Context, q db.Querier, t store.TermsFrom) (terms.Resolved, error) {
	return a.policies.Resolve(t.Hash, t.Readings, func() (*terms.Terms, error) { return a.body(ctx, q, t) })
}

func (a *App) body(ctx context.Context, q db.Querier, t store.TermsFrom) (*terms.Terms, error) {
	kept, ok, err := a.store.Revision(ctx, q, t.Hash)
	if err != nil {
		return nil, err
	}
	if ok {
		body := &terms.Terms{}
		if err := json.Unmarshal(kept.Body, body); err != nil {
			return nil, fmt.Errorf("read the terms %s: %w", t.Hash, err)
		}
		return body, nil
	}
	ctx, cancel := context.WithTimeout(ctx, askRevision)
	defer cancel()
	body, err := a.Revision(ctx, t.Revision)
	if err != nil {
		return nil, fmt.Errorf("ask for the terms %s: %w", t.Revision, err)
	}
	hash, err := terms.Hash(body)
	if err != nil {
		return nil, err
	}
	if hash != t.Hash {
		return nil, fault.Internal(fmt.Errorf("the revision %s has the hash %s, the contract stands on %s", t.Revision, hash, t.Hash))
	}
	tx, writes := q.(db.Tx)
	if !writes {
		return body, nil // the next commit keeps it
	}
	text, err := terms.Canonical(body)
	if err != nil {
		return nil, err
	}
	return body, a.store.PutRevision(ctx, tx, store.Revision{Hash: t.Hash, Body: text})
}

// policy is what a subscription's agreement says at an instant.
type policy struct {
	terms terms.Resolved
	rules duties.Rules
	kind  string
}

// zone is where the subscription's days begin.
func (a *App) zone(ctx context.Context, q db.Querier, s store.Subscription) (*time.Location, error) {
	if len(s.Terms) == 0 {
		return time.UTC, nil
	}
	r, err := a.resolve(ctx, q, s.Terms[len(s.Terms)-1])
	if err != nil {
		return nil, err
	}
	return r.Zone(), nil
}

// policyAt is the agreement in force at an instant.
func (a *App) policyAt(ctx context.Context, q db.Querier, s store.Subscription, at time.Time) (policy, error) {
	zone, err := a.zone(ctx, q, s)
	if err != nil {
		return policy{}, err
	}
	p := policy{kind: s.Kind}
	if t := s.TermsOn(date.Of(at, zone)); t.Hash != "" {
		if p.terms, err = a.resolve(ctx, q, t); err != nil {
			return policy{}, err
		}
	}
	p.rules = duties.Of(p.terms, s.Kind, s.Edition)
	return p, nil
}
