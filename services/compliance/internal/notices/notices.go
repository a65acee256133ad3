// Package notices says which fact makes which notice to the customer, and what
// it says: plain English with the figures, the dates and the clauses.
package notices

import (
	"fmt"
	"slices"
	"strings"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
)

// Kinds of notices.
const (
	Invoice              = "INVOICE"
	PaymentOverdue       = "PAYMENT_OVERDUE"
	PaymentDemand        = "PAYMENT_DEMAND"
	CureDemand           = "CURE_DEMAND"
	DepositDemand        = "DEPOSIT_DEMAND"
	DepositDrawn         = "DEPOSIT_DRAWN"
	DepositRefunded      = "DEPOSIT_REFUNDED"
	HoldPlaced           = "HOLD_PLACED"
	RestorationOffer     = "RESTORATION_OFFER"
	HoldLifted           = "HOLD_LIFTED"
	Termination          = "TERMINATION"
	TermEnded            = "TERM_ENDED"
	ServiceEnding        = "SERVICE_ENDING"
	ServiceCancelled     = "SERVICE_CANCELLED"
	ReturnDemand         = "RETURN_DEMAND"
	ReplacementDemand    = "REPLACEMENT_DEMAND"
	ReplacementWithdrawn = "REPLACEMENT_WITHDRAWN"
	DataDeletion         = "DATA_DELETION"
	CapacityWarning      = "CAPACITY_WARNING"
	TokensLapsing        = "TOKENS_LAPSING"
)

// Notice is what the customer is told.
type Notice struct {
	Kind string
	// About is the name of the resource that it concerns.
	About string
	// Key tells it from other notices of its kind about the same resource; it is
	// stable, so that a fact told twice makes one notice.
	Key         string
	Title, Text string
	Citations   []explain.Citation
}

// For is the notice that a fact makes; false where it makes none.
func For(t terms.Resolved, fact any) (Notice, bool) {
	for _, of := range []func(terms.Resolved, any) (Notice, bool){money, enforcement, ends, custody} {
		if n, ok := of(t, fact); ok {
			return n, true
		}
	}
	return Notice{}, false
}

// cite names the clauses that the terms know, once each.
func cite(t terms.Resolved, clauses ...string) []explain.Citation {
	var out []explain.Citation
	var seen []string
	for _, id := range clauses {
		if id == "" || slices.Contains(seen, id) || !knows(t, id) {
			continue
		}
		seen = append(seen, id)
		out = append(out, t.Cite(id))
	}
	return out
}

func knows(t terms.Resolved, clause string) bool {
	return slices.ContainsFunc(t.Clauses, func(c terms.Clause) bool { return c.ID == clause })
}

// under is " (clause 9)", or "" where the terms do not know the clause.
func under(t terms.Resolved, clauses ...string) string {
	var numbers []string
	for _, id := range clauses {
		for _, c := range t.Clauses {
			if c.ID == id && c.Number != "" && !slices.Contains(numbers, c.Number) {
				numbers = append(numbers, c.Number)
			}
		}
	}
	switch len(numbers) {
	case 0:
		return ""
	case 1:
		return " (clause " + numbers[0] + ")"
	}
	return " (clauses " + list(numbers) + ")"
}

// long is a date for readers: "1 July 2024".
func long(d date.Date) string { return fmt.Sprintf("%d %s %d", d.Day, d.Month, d.Year) }

// last is the last part of a resource name.
func last(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// contract is the id of the contract that a resource lies below.
func contract(name string) string {
	_, rest, ok := strings.Cut(name, "/contracts/")
	if !ok {
		return last(name)
	}
	id, _, _ := strings.Cut(rest, "/")
	return id
}

// list joins words: "a, b and c".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// services lists subscriptions by id.
func services(names []string) string {
	ids := make([]string, len(names))
	for i, n := range names {
		ids[i] = last(n)
	}
	return list(ids)
}

// key makes a notice's key.
func key(parts ...any) string { return strings.TrimSpace(fmt.Sprintln(parts...)) }

// text puts sentences together.
func text(sentences ...string) string {
	return strings.Join(slices.DeleteFunc(sentences, func(s string) bool { return s == "" }), " ")
}
