package app

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"cloudpact.dev/services/compliance/internal/cure"
	"cloudpact.dev/services/compliance/internal/decision"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
)

// HoldProposal proposes to suspend services.
type HoldProposal struct {
	Hold record.Key
	Case record.Key
	// Subscriptions by name; those of the case where empty.
	Subscriptions []string
}

// ProposeHold proposes to suspend services on a case whose time to mend has
// passed.
func (a *App) ProposeHold(ctx context.Context, in HoldProposal) (record.Decision, error) {
	return write(ctx, a, in.Hold.ContractKey, func(ctx context.Context, x *act) (record.Decision, error) {
		c, err := x.ground(ctx, in.Case)
		if err != nil {
			return record.Decision{}, err
		}
		if c.State == cure.Suspended {
			return record.Decision{}, caseState(c, "services are suspended on it already")
		}
		if !c.Mended.IsZero() {
			return record.Decision{}, noGround(c, "the breach was mended; it may be suspended only until then")
		}
		if err := x.noOther(ctx, c); err != nil {
			return record.Decision{}, err
		}
		subscriptions, err := x.scope(ctx, c, in.Subscriptions)
		if err != nil {
			return record.Decision{}, err
		}
		rule, ok := x.terms.Suspension.Rule(c.Cause)
		if !ok {
			return record.Decision{}, noGround(c, "the terms give no right to suspend for "+c.Cause)
		}
		h := record.Hold{
			Key: in.Hold, Case: c.ID, Account: c.Account, Subscriptions: subscriptions, State: record.HoldProposed,
			Clause: rule.Clause, ProposedBy: x.actor, Version: 1,
		}
		if err := inserted(x.store.InsertHold(ctx, x.tx, h), h.Name()); err != nil {
			return record.Decision{}, err
		}
		return x.propose(ctx, record.Decision{
			Action: decision.PlaceHold, Subject: h.Name(), Case: c.ID, Subscriptions: subscriptions, Clause: rule.Clause,
			Citations: []explain.Citation{x.terms.Cite(rule.Clause, rule.Scope.Reading, rule.Notice.Reading, rule.ChargesContinue.Reading)},
		})
	}, func(ctx context.Context, q db.Querier) (record.Decision, error) {
		return a.latest(ctx, q, in.Hold.ContractKey, decision.PlaceHold, in.Hold.HoldName())
	})
}

// noOther refuses a second proposal of a hold on one case.
func (x *act) noOther(ctx context.Context, c record.Case) error {
	open, err := x.store.OpenDecisions(ctx, x.tx, x.key(), c.ID)
	if err != nil {
		return err
	}
	for _, d := range open {
		if d.Action == decision.PlaceHold {
			return fault.Precondition(ReasonHoldState, d.Subject, "a hold on "+c.Name()+" waits for its second person; decide that first")
		}
	}
	return nil
}

// ground reads a case and refuses it where it gives no remedy.
func (x *act) ground(ctx context.Context, k record.Key) (record.Case, error) {
	if k.ContractKey != x.key() {
		return record.Case{}, fault.Invalid(fault.ReasonFieldInvalid, "case", "the case must be of the same contract")
	}
	c, err := x.readCase(ctx, x.tx, k)
	if err != nil {
		return c, err
	}
	switch c.State {
	case cure.Open:
		return c, noGround(c, "no demand was made, so no time to mend it has passed")
	case cure.Demanded:
		return c, noGround(c, "it may be mended until "+c.CureLastDay.String())
	case cure.RemedyAvailable, cure.Suspended:
		return c, nil
	}
	return c, caseState(c, "nothing follows from it any more")
}

func noGround(c record.Case, why string) *fault.Fault {
	return fault.Precondition(ReasonNoGround, c.Name(), why)
}

// scope checks the services that are to be hit: of this contract, known, and not
// ended.
func (x *act) scope(ctx context.Context, c record.Case, asked []string) ([]string, error) {
	list, err := cure.Scope(x.terms, c.Cause, c.Subscriptions, asked)
	var paid *cure.PaidFirst
	if errors.As(err, &paid) {
		return nil, noGround(c, err.Error()).And("subscriptions", err.Error())
	}
	if len(list) == 0 {
		return nil, invalid("subscriptions", "the case concerns no service, so name those that are meant")
	}
	return list, x.running(ctx, list)
}

// running refuses services that are foreign, unknown or over.
func (x *act) running(ctx context.Context, names []string) error {
	for i, name := range names {
		path := "subscriptions[" + strconv.Itoa(i) + "]"
		k, ok := record.Parse(name, "subscriptions")
		if !ok {
			return fault.Invalid(fault.ReasonNameInvalid, path, "write it as "+x.key().Name()+"/subscriptions/{subscription}")
		}
		s, known, err := x.store.Service(ctx, x.tx, k)
		if err != nil {
			return err
		}
		if !known || k.ContractKey != x.key() {
			return fault.NotFound(ReasonContractUnknown, name).And(path, "no such service of this contract")
		}
		if !s.LastDay.IsZero() && s.LastDay.Before(x.today) {
			return fault.Precondition(ReasonNoGround, name, "the service ended on "+s.LastDay.String())
		}
	}
	return nil
}

// TerminationProposal proposes to terminate services for cause.
type TerminationProposal struct {
	Case          record.Key
	Contract      record.ContractKey
	Subscriptions []string
	LastDay       date.Date
	Note          string
}

// ProposeTermination proposes to terminate services on a case whose time to mend
// has passed.
func (a *App) ProposeTermination(ctx context.Context, in TerminationProposal) (record.Decision, error) {
	if err := need(in.Note, "note"); err != nil {
		return record.Decision{}, err
	}
	if len(in.Subscriptions) == 0 {
		return record.Decision{}, invalid("subscriptions", "name the services that are meant")
	}
	if in.LastDay.IsZero() {
		return record.Decision{}, invalid("last_day", "name the last day of service")
	}
	names := slices.Clone(in.Subscriptions)
	slices.Sort(names)
	names = slices.Compact(names)
	return write(ctx, a, in.Contract, func(ctx context.Context, x *act) (record.Decision, error) {
		c, err := x.ground(ctx, in.Case)
		if err != nil {
			return record.Decision{}, err
		}
		policy := x.terms.Cure
		if policy == nil || policy.TerminationClause == "" {
			return record.Decision{}, noGround(c, "the terms give no right to terminate")
		}
		if err := notBefore(in.LastDay, x.today, "last_day", "the provider's today"); err != nil {
			return record.Decision{}, err
		}
		if err := x.running(ctx, names); err != nil {
			return record.Decision{}, err
		}
		return x.propose(ctx, record.Decision{
			Action: decision.Terminate, Subject: c.Name(), Case: c.ID, Subscriptions: names,
			LastDay: in.LastDay, Note: in.Note, Clause: policy.TerminationClause,
			Citations: []explain.Citation{x.terms.Cite(policy.TerminationClause, policy.TerminationEffective.Reading)},
		})
	}, func(ctx context.Context, q db.Querier) (record.Decision, error) {
		return a.latest(ctx, q, in.Contract, decision.Terminate, in.Case.CaseName())
	})
}

// propose keeps a decision that waits for a second person.
func (x *act) propose(ctx context.Context, d record.Decision) (record.Decision, error) {
	earlier, err := x.store.DecisionsOn(ctx, x.tx, x.key(), d.Action, d.Subject)
	if err != nil {
		return d, err
	}
	for _, e := range earlier {
		if e.State == decision.Proposed {
			return d, fault.Precondition(ReasonDecisionState, e.Name(), "the same was proposed before and waits for its second person")
		}
	}
	d.Key = x.key().In(resource.ID("decision", string(d.Action), d.Subject, strconv.Itoa(len(earlier)+1)))
	d.State, d.ProposedBy, d.Proposed, d.Version = decision.Proposed, x.actor, x.now, 1
	m, err := x.matter(ctx, d)
	if err != nil {
		return d, err
	}
	d.Hash = m.Hash()
	if err := x.store.InsertDecision(ctx, x.tx, d); err != nil {
		return d, err
	}
	return d, x.log(ctx, "decision_proposed", d.Name(), d.Clause)
}

// latest is the newest decision of an action on a subject.
func (a *App) latest(ctx context.Context, q db.Querier, k record.ContractKey, action decision.Action, subject string) (record.Decision, error) {
	all, err := a.store.DecisionsOn(ctx, q, k, action, subject)
	if err != nil || len(all) == 0 {
		return record.Decision{}, errors.Join(err, fault.NotFound(fault.ReasonNotFound, subject))
	}
	return slices.MaxFunc(all, func(a, b record.Decision) int { return a.Proposed.Compare(b.Proposed) }), nil
}
