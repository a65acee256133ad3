package store

import (
	"context"

	"cloudpact.dev/services/compliance/internal/decision"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/kit/db"
)

var contractKey = []string{"provider", "customer", "contract", "id"}

var (
	cases = db.Table[record.Case]{
		Name: "compliance_cases", Key: contractKey,
		Columns: contractColumns(func(c record.Case) record.Key { return c.Key }, "id",
			db.Column[record.Case]{Name: "opened", Value: func(c record.Case) any { return c.Opened.String() }},
			db.Column[record.Case]{Name: "state", Value: func(c record.Case) any { return string(c.State) }},
			db.Column[record.Case]{Name: "version", Value: func(c record.Case) any { return c.Version }}),
	}
	holds = db.Table[record.Hold]{
		Name: "compliance_holds", Key: contractKey,
		Columns: contractColumns(func(h record.Hold) record.Key { return h.Key }, "id",
			db.Column[record.Hold]{Name: "case_id", Value: func(h record.Hold) any { return h.Case }},
			db.Column[record.Hold]{Name: "state", Value: func(h record.Hold) any { return string(h.State) }},
			db.Column[record.Hold]{Name: "version", Value: func(h record.Hold) any { return h.Version }}),
	}
	decisions = db.Table[record.Decision]{
		Name: "compliance_decisions", Key: contractKey,
		Columns: contractColumns(func(d record.Decision) record.Key { return d.Key }, "id",
			db.Column[record.Decision]{Name: "proposed", Value: func(d record.Decision) any { return db.Time(d.Proposed) }},
			db.Column[record.Decision]{Name: "action", Value: func(d record.Decision) any { return string(d.Action) }},
			db.Column[record.Decision]{Name: "subject", Value: func(d record.Decision) any { return d.Subject }},
			db.Column[record.Decision]{Name: "case_id", Value: func(d record.Decision) any { return d.Case }},
			db.Column[record.Decision]{Name: "state", Value: func(d record.Decision) any { return string(d.State) }},
			db.Column[record.Decision]{Name: "version", Value: func(d record.Decision) any { return d.Version }}),
	}
)

// Case reads a case.
func (Store) Case(ctx context.Context, q db.Querier, k record.Key) (record.Case, bool, error) {
	return cases.Get(ctx, q, keyOf(k)...)
}

// InsertCase adds a case.
func (Store) InsertCase(ctx context.Context, q db.Querier, c record.Case) error {
	return cases.Insert(ctx, q, c)
}

// UpdateCase replaces a case.
func (Store) UpdateCase(ctx context.Context, q db.Querier, c record.Case, old int64) error {
	return cases.Update(ctx, q, c, old)
}

// Cases lists cases by opened day, customer, contract and id.
func (Store) Cases(ctx context.Context, q db.Querier, s Scope, p Page) ([]record.Case, error) {
	t := within(s)
	t.page(p, "opened", "customer", "contract", "id")
	return selectAll(ctx, q, cases, t)
}

// Hold reads a hold.
func (Store) Hold(ctx context.Context, q db.Querier, k record.Key) (record.Hold, bool, error) {
	return holds.Get(ctx, q, keyOf(k)...)
}

// InsertHold adds a hold.
func (Store) InsertHold(ctx context.Context, q db.Querier, h record.Hold) error {
	return holds.Insert(ctx, q, h)
}

// UpdateHold replaces a hold.
func (Store) UpdateHold(ctx context.Context, q db.Querier, h record.Hold, old int64) error {
	return holds.Update(ctx, q, h, old)
}

// Holds lists holds by customer, contract and id.
func (Store) Holds(ctx context.Context, q db.Querier, s Scope, p Page) ([]record.Hold, error) {
	t := within(s)
	t.page(p, "customer", "contract", "id")
	return selectAll(ctx, q, holds, t)
}

// HoldsIn lists the holds of a contract in a state, by id.
func (Store) HoldsIn(ctx context.Context, q db.Querier, k record.ContractKey, state record.HoldState) ([]record.Hold, error) {
	t := within(k)
	t.and(" and state = ", string(state))
	t.text.WriteString(" order by id")
	return selectAll(ctx, q, holds, t)
}

// Decision reads a decision.
func (Store) Decision(ctx context.Context, q db.Querier, k record.Key) (record.Decision, bool, error) {
	return decisions.Get(ctx, q, keyOf(k)...)
}

// InsertDecision adds a decision.
func (Store) InsertDecision(ctx context.Context, q db.Querier, d record.Decision) error {
	return decisions.Insert(ctx, q, d)
}

// UpdateDecision replaces a decision.
func (Store) UpdateDecision(ctx context.Context, q db.Querier, d record.Decision, old int64) error {
	return decisions.Update(ctx, q, d, old)
}

// Decisions lists decisions by the instant of the proposal, customer, contract
// and id.
func (Store) Decisions(ctx context.Context, q db.Querier, s Scope, p Page) ([]record.Decision, error) {
	t := within(s)
	t.page(p, "proposed", "customer", "contract", "id")
	return selectAll(ctx, q, decisions, t)
}

// DecisionsOn lists the decisions of an action on a subject, by id.
func (Store) DecisionsOn(ctx context.Context, q db.Querier, k record.ContractKey, a decision.Action, subject string) ([]record.Decision, error) {
	t := within(k)
	t.and(" and action = ", string(a))
	t.and(" and subject = ", subject)
	t.text.WriteString(" order by id")
	return selectAll(ctx, q, decisions, t)
}

// OpenDecisions lists the decisions that rest on a case and wait, by id.
func (Store) OpenDecisions(ctx context.Context, q db.Querier, k record.ContractKey, caseID string) ([]record.Decision, error) {
	t := within(k)
	t.and(" and case_id = ", caseID)
	t.and(" and state = ", string(decision.Proposed))
	t.text.WriteString(" order by id")
	return selectAll(ctx, q, decisions, t)
}
