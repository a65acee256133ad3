package app

import (
	"context"

	"cloudpact.dev/services/compliance/internal/decision"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/compliance/internal/retention"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
)

// ProposeDataDeletion proposes to delete the data of an ended service.
func (a *App) ProposeDataDeletion(ctx context.Context, k record.Key, note string) (record.Decision, error) {
	return write(ctx, a, k.ContractKey, func(ctx context.Context, x *act) (record.Decision, error) {
		r, err := x.readRetention(ctx, x.tx, k)
		if err != nil {
			return record.Decision{}, err
		}
		if r.State != retention.Allowed {
			return record.Decision{}, notDeletable(r)
		}
		policy := x.terms.Retention
		return x.propose(ctx, record.Decision{
			Action: decision.DeleteData, Subject: r.Name(), Note: note, Clause: policy.Clause,
			Citations: []explain.Citation{x.terms.Cite(policy.Clause, policy.GraceDays.Reading, policy.Hold.Reading)},
		})
	}, func(ctx context.Context, q db.Querier) (record.Decision, error) {
		return a.latest(ctx, q, k.ContractKey, decision.DeleteData, k.RetentionName())
	})
}

func notDeletable(r record.Retention) error {
	why := "the service runs"
	switch {
	case r.State == retention.Deleted:
		why = "the data was deleted; nothing brings it back"
	case r.State == retention.Held:
		why = "the legal hold " + r.LegalHold + " forbids it"
	case !r.AllowedFrom.IsZero():
		why = "deletion is allowed from " + r.AllowedFrom.String()
	}
	return fault.Precondition(ReasonDeletionNotAllowed, r.Name(), why).With("state", string(r.State))
}

// maxReference bounds a reference of a legal hold.
const maxReference = 200

// SetLegalHold forbids deletion under a reference; an empty one allows it again.
func (a *App) SetLegalHold(ctx context.Context, k record.Key, reference string) (record.Retention, error) {
	if len(reference) > maxReference {
		return record.Retention{}, invalid("legal_hold", "a reference has at most 200 characters")
	}
	return write(ctx, a, k.ContractKey, func(ctx context.Context, x *act) (record.Retention, error) {
		r, err := x.readRetention(ctx, x.tx, k)
		if err != nil {
			return r, err
		}
		if r.State == retention.Deleted {
			return r, notDeletable(r)
		}
		action, clause := "legal_hold_set", ""
		if r.LegalHold = reference; reference == "" {
			action = "legal_hold_lifted"
		}
		if x.terms.Retention != nil {
			clause = x.terms.Retention.Clause
		}
		if err := x.log(ctx, action, r.Name(), some(clause)...); err != nil {
			return r, err
		}
		return r, x.judgeRetention(ctx, &r)
	}, func(ctx context.Context, q db.Querier) (record.Retention, error) { return a.readRetention(ctx, q, k) })
}

func some(clause string) []string {
	if clause == "" {
		return nil
	}
	return []string{clause}
}

func (a *App) readRetention(ctx context.Context, q db.Querier, k record.Key) (record.Retention, error) {
	r, ok, err := a.store.Retention(ctx, q, k)
	return found(r, ok, err, k.RetentionName())
}
