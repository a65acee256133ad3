package app

import (
	"context"
	"fmt"

	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
)

// resolve is a revision with readings, kept once per process. The body of a
// revision that the service meets for the first time is fetched from its owner,
// checked against its hash and kept for ever; a lane waits for that once per
// revision.
func (a *App) resolve(ctx context.Context, q db.Querier, provider string, t record.TermsFrom) (terms.Resolved, error) {
	return a.policies.Resolve(provider+"\x00"+t.Hash, t.Readings, func() (*terms.Terms, error) { return a.body(ctx, q, provider, t) })
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
