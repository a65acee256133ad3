package app

import (
	"context"
	"fmt"

	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/sla/internal/store"
)

// Target gives a target that the caller may see.
func (a *App) Target(ctx context.Context, k store.TargetKey) (store.Target, error) {
	return a.target(ctx, k)
}

// Targets lists a page of targets; a customer sees its own.
func (a *App) Targets(ctx context.Context, l store.TargetList) ([]store.Target, error) {
	if p := rpc.FromContext(ctx); p.Customer != "" {
		l.Customer = p.Customer
	}
	return a.store.Targets(ctx, a.DB.Read(), l)
}

// Page lists a page of a target's records of one kind, by start.
func Page[T any](ctx context.Context, a *App, all store.Records[T], k store.TargetKey, from store.From, limit int) ([]T, error) {
	if _, err := a.target(ctx, k); err != nil {
		return nil, err
	}
	return all.Page(ctx, a.DB.Read(), k, from, limit)
}

// Assessment gives a version of an assessment, 0 the newest.
func (a *App) Assessment(ctx context.Context, k store.TargetKey, id string, version int64) (store.Assessment, error) {
	if version < 0 {
		return store.Assessment{}, invalid("version", "version must not be negative")
	}
	if _, err := a.target(ctx, k); err != nil {
		return store.Assessment{}, err
	}
	name := k.Name() + "/assessments/" + id
	v, ok, err := a.store.Assessment(ctx, a.DB.Read(), k, id)
	if version != 0 && ok && err == nil {
		v, ok, err = a.store.AssessmentVersion(ctx, a.DB.Read(), k, id, version)
		name += fmt.Sprintf(" version %d", version)
	}
	if err == nil && !ok {
		err = fault.NotFound(fault.ReasonNotFound, name)
	}
	return v, err
}

// Assessments lists a page of the newest versions, by start of what is judged.
func (a *App) Assessments(ctx context.Context, k store.TargetKey, from store.From, limit int) ([]store.Assessment, error) {
	if _, err := a.target(ctx, k); err != nil {
		return nil, err
	}
	return a.store.Assessments(ctx, a.DB.Read(), k, from, limit)
}

// Awards lists a page of awards, by id.
func (a *App) Awards(ctx context.Context, k store.TargetKey, after string, limit int) ([]store.Award, error) {
	if _, err := a.target(ctx, k); err != nil {
		return nil, err
	}
	return a.store.Awards(ctx, a.DB.Read(), k, after, limit)
}
