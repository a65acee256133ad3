package lots

import (
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
)

// How a last partial year is measured.
const (
	monthsF = "MONTHS_F"
	days365 = "DAYS_365"
)

// Policy is the token clause of one kind of service with the readings in force.
type Policy struct {
	// Months of a token year, and how months are counted.
	Months int
	Month  date.MonthRule
	// PerService where the service has one ledger, else each unit has its own.
	PerService bool
	// Measure and Rounding of a last partial year.
	Measure  string
	Rounding ratio.Mode
	// ProrateFirst reduces a first year as well.
	ProrateFirst bool
	// EarlyEnd reduces the running year when the service ends early.
	EarlyEnd bool
	// OwnDates where each unit's years begin with its own first copy.
	OwnDates bool

	terms terms.Resolved
	rule  terms.TokenRule
}

// PolicyOf is the policy of a kind; false where the kind has no tokens.
func PolicyOf(r terms.Resolved, kind string) (Policy, bool) {
	if r.Terms == nil {
		return Policy{}, false
	}
	rule, ok := r.Tokens.Rule(kind)
	if !ok {
		return Policy{}, false
	}
	t := r.Tokens
	month, _ := r.MonthRule()
	p := Policy{
		Months: int(rule.YearMonths), Month: month,
		PerService:   rule.Ledger == terms.TokensPerService || r.Is(t.Pooling, "POOLED"),
		Measure:      r.Text(t.ProrationMeasure),
		Rounding:     ratio.Mode(r.Text(t.ProrationRounding)),
		ProrateFirst: r.Flag(t.ProrateFirstYear),
		EarlyEnd:     r.Flag(t.EarlyEndReprorates),
		terms:        r, rule: rule,
	}
	if c, ok := r.Commencement.Rule(kind); ok {
		p.OwnDates = !p.PerService && r.Is(c.Scope, "PER_VM")
	}
	if p.Months <= 0 {
		p.Months = 12
	}
	if p.Measure == "" {
		p.Measure = monthsF
	}
	if p.Rounding == "" {
		p.Rounding = ratio.Floor
	}
	return p, true
}

// Allotment is the clause on the number of tokens.
func (p Policy) Allotment() []explain.Citation {
	return p.cite(p.rule.Clause, p.terms.Tokens.Pooling.Reading, p.terms.Tokens.MidYearUnit.Reading)
}

// Proration is the clause on the last partial year.
func (p Policy) Proration() []explain.Citation {
	t := p.terms.Tokens
	return p.cite(p.rule.ProrationClause, t.ProrationMeasure.Reading, t.ProrationRounding.Reading,
		t.ProrateFirstYear.Reading, t.EarlyEndReprorates.Reading)
}

// AfterTerm is the clause on uses after the service period.
func (p Policy) AfterTerm() []explain.Citation {
	return p.cite(p.rule.AfterTermClause, p.rule.AfterTermExecution.Reading)
}

// Expiry is the clause on what lapses.
func (p Policy) Expiry() []explain.Citation {
	return p.cite(p.rule.ExpiryClause, p.rule.Expiry.Reading)
}

// Citations are the clauses that a lot rests on.
func (p Policy) Citations(l Lot) []explain.Citation {
	switch {
	case l.AfterTerm:
		return p.AfterTerm()
	case l.Prorated:
		return append(p.Allotment(), p.Proration()...)
	}
	return p.Allotment()
}

// cite names a clause; none where the terms name none.
func (p Policy) cite(clause string, readings ...string) []explain.Citation {
	if clause == "" {
		return nil
	}
	return []explain.Citation{p.terms.Cite(clause, readings...)}
}
