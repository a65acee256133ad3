package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
)

// policies keeps the terms that contracts stand on, each combination of
// revision and readings resolved once per process.
type policies struct {
	mu       sync.RWMutex
	resolved map[string]terms.Resolved
}

// maxResolved bounds what is kept; past it everything is read anew.
const maxResolved = 1000

// resolve is a revision with readings. The body of a revision that the service
// meets for the first time is fetched from its owner, checked against its hash
// and kept for ever; a lane waits for that once per revision.
func (a *App) resolve(ctx context.Context, q db.Querier, provider string, t record.TermsFrom) (terms.Resolved, error) {
	key := cacheKey(provider, t)
	a.policies.mu.RLock()
	r, ok := a.policies.resolved[key]
	a.policies.mu.RUnlock()
	if ok {
		return r, nil
	}
	body, err := a.body(ctx, q, provider, t)
	if err != nil {
		return terms.Resolved{}, err
	}
	if r, err = terms.Resolve(body, t.Readings); err != nil {
		return terms.Resolved{}, err
	}
	a.policies.mu.Lock()
	defer a.policies.mu.Unlock()
	if len(a.policies.resolved) >= maxResolved {
		clear(a.policies.resolved)
	}
	a.policies.resolved[key] = r
	return r, nil
}

func cacheKey(provider string, t record.TermsFrom) string {
	var b strings.Builder
	b.WriteString(provider + "\x00" + t.Hash)
	for _, k := range slices.Sorted(maps.Keys(t.Readings)) {
		b.WriteString("\x00" + k + "\x00" + t.Readings[k])
	}
	return b.String()
}

func (a *App) body(ctx context.Context, q db.Querier, provider string, t record.TermsFrom) (*terms.Terms, error) {
	body, ok, err := a.store.Terms(ctx, q, provider, t.Hash)
	if err != nil || ok {
		return body, err
	}
	if body, err = a.Revision(ctx, t.Revision); err != nil {
		return nil, err
	}
	hash, err := terms.Hash(body)
	if err != nil {
		return nil, err
	}
	if hash != t.Hash {
		return nil, fault.Internal(fmt.Errorf("the revision %s has the hash %s, the contract stands on %s", t.Revision, hash, t.Hash))
	}
	if _, writes := q.(db.Tx); !writes {
		return body, nil // the next commit keeps it
	}
	return body, a.store.PutTerms(ctx, q, provider, t.Hash, body)
}
