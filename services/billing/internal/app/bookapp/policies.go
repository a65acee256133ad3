package bookapp

import (
	"context"
	"errors"
	"fmt"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/cache"
)

// Policies gives the terms that a contract stands on, each combination of
// revision and readings resolved once per process.
type Policies struct {
	store Store
	kept  cache.Cache
}

// NewPolicies reads revisions from the store.
func NewPolicies(store Store) *Policies { return &Policies{store: store} }

// Resolve is a revision by its hash with the given readings; see terms.Resolve
// for the errors of readings.
func (p *Policies) Resolve(ctx context.Context, q db.Querier, provider, hash string, readings map[string]string) (terms.Resolved, error) {
	return p.kept.Resolve(revisionKey(provider, hash), readings, func() (*terms.Terms, error) { return p.body(ctx, q, provider, hash) })
}

// body is the content of a revision; all combinations of readings share one.
func (p *Policies) body(ctx context.Context, q db.Querier, provider, hash string) (*terms.Terms, error) {
	if t, ok := p.kept.Body(revisionKey(provider, hash)); ok {
		return t, nil
	}
	t, ok, err := p.store.Terms(ctx, q, provider, hash)
	if err == nil && !ok {
		err = fmt.Errorf("the terms %s of %s are missing", hash, provider)
	}
	return t, err
}

func revisionKey(provider, hash string) string { return provider + "\x00" + hash }

// For is the terms of a contract with the readings in force on a day.
func (p *Policies) For(ctx context.Context, q db.Querier, c book.Contract, on date.Date) (terms.Resolved, error) {
	return p.Resolve(ctx, q, c.Provider, c.Hash, c.ReadingsOn(on))
}

// readingFault turns the refusal of a reading into a fault with the path of its
// entry in the map at path.
func readingFault(err error, path string) error {
	var unknown *terms.ReadingUnknown
	var option *terms.OptionUnknown
	var recorded *terms.ReadingNotExecutable
	switch {
	case errors.As(err, &unknown):
		return fault.Invalid(ReasonReadingUnknown, path+"."+unknown.Reading, err.Error()).With("reading", unknown.Reading)
	case errors.As(err, &option):
		return fault.Invalid(ReasonReadingUnknown, path+"."+option.Reading, err.Error()).
			With("reading", option.Reading).With("option", option.Option)
	case errors.As(err, &recorded):
		return fault.Invalid(ReasonReadingNotExecutable, path+"."+recorded.Reading, err.Error()).
			With("reading", recorded.Reading).With("option", recorded.Option)
	}
	return err
}
