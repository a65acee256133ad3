// Package indemnity says which claims the customer makes good (cpc/28): only
// under one of the grounds, some of which need a breach on record, in full however
// much others contributed, and by when.
package indemnity

import (
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
)

// Refusal says why nothing is owed.
type Refusal struct {
	// Field is what is missing or wrong: clause or evidence.
	Field, Message string
}

// Error is the message.
func (r *Refusal) Error() string { return r.Message }

// Ground is the ground of a claim under a clause. It refuses a clause that is no
// ground, and one that needs a breach where none is on record.
func Ground(r terms.Resolved, clause string, breach bool) (terms.IndemnityRule, error) {
	if r.Indemnity == nil {
		return terms.IndemnityRule{}, &Refusal{"clause", "the agreement knows no indemnity"}
	}
	for _, rule := range r.Indemnity.Rules {
		if rule.Clause != clause {
			continue
		}
		if rule.NeedsBreach && !breach {
			return rule, &Refusal{"evidence", "a claim under " + clause + " needs the breach on record: name it"}
		}
		return rule, nil
	}
	return terms.IndemnityRule{}, &Refusal{"clause", clause + " is no ground for an indemnity"}
}

// PayBy is the last day to pay a claim that is made on a day.
func PayBy(r terms.Resolved, claimed date.Date) date.Date {
	return claimed.AddDays(r.Number(r.Indemnity.PaymentDays))
}

// Citations is what a claim rests on.
func Citations(r terms.Resolved, clause string) []explain.Citation {
	if r.Indemnity == nil {
		return []explain.Citation{r.Cite(clause)}
	}
	reading := ""
	for _, rule := range r.Indemnity.Rules {
		if rule.Clause == clause {
			reading = rule.Contribution.Reading
		}
	}
	return []explain.Citation{tariff.Cite(r, clause, reading), tariff.Cite(r, r.Indemnity.Clause, r.Indemnity.PaymentDays.Reading)}
}
