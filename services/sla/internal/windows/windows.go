// Package windows executes suspension without fault: time in which supply is
// suspended for maintenance, by an authority's order or for protection, or by a
// hold, is no downtime; what goes beyond the window is.
package windows

import (
	"fmt"
	"time"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
)

// Kinds of a window.
const (
	Maintenance = terms.CauseMaintenance
	Authority   = terms.CauseAuthority
	Protection  = terms.CauseProtection
	// Hold is a suspension for the customer's fault, as compliance decided.
	Hold = "HOLD"
	// Schedule is a time in which the provider runs what it scheduled; it
	// excludes nothing.
	Schedule = "SCHEDULE"
)

// Window is a recorded time that is judged differently.
type Window struct {
	Name string
	Kind string
	// Clause is the ground of a hold; other kinds have theirs in the terms.
	Clause string
	From   time.Time
	// To is zero while it lasts.
	To time.Time
	// Announced is when the customer was told; zero where it was not.
	Announced time.Time
	// Reasoned where a reason for giving no notice is on record.
	Reasoned bool
}

// Incident is a time in which an object did not work, or a run that failed.
type Incident struct {
	// Name of its record; facts in explanations are named after it.
	Name     string
	From, To time.Time
	// Run where it counts as one, and a window that touches it excludes it whole.
	Run bool
}

// Exclusion is a part of an incident that is no downtime.
type Exclusion struct {
	Clause   string
	Cause    string
	From, To time.Time
	Whole    bool
	// Explanation of the excluded seconds.
	Explanation explain.Explanation
}

// Rule is what the terms say on a kind of window; false where they have
// nothing of the kind.
func Rule(r terms.Resolved, kind, clause string) (terms.SuspensionRule, bool) {
	if r.Terms == nil || r.Suspension == nil {
		return terms.SuspensionRule{}, false
	}
	if kind != Hold {
		rule, ok := r.Suspension.Rule(kind)
		return rule, ok && !rule.Fault
	}
	var fault terms.SuspensionRule
	found := false
	for _, rule := range r.Suspension.Rules {
		if rule.Clause == clause {
			return rule, true
		}
		if rule.Fault && !found {
			fault, found = rule, true
		}
	}
	return fault, found
}

// Known tells whether a window of the kind may be recorded by hand.
func Known(r terms.Resolved, kind string) bool {
	if kind == Schedule {
		return true
	}
	_, ok := Rule(r, kind, "")
	return ok && kind != Hold
}

// Notice says whether the customer was told of a suspension without fault in
// the way that the terms ask for. Nothing else hangs on it.
type Notice struct {
	// InOrder where prior notice was given, or a reason for giving none is on
	// record.
	InOrder bool
	// Lead is how long before the window the customer was told; 0 where not.
	Lead time.Duration
}

// NoticeOf judges the notice of a window.
func NoticeOf(w Window) Notice {
	if !w.Announced.IsZero() && w.Announced.Before(w.From) {
		return Notice{InOrder: true, Lead: w.From.Sub(w.Announced)}
	}
	return Notice{InOrder: w.Reasoned}
}

// String is the notice for readers of an explanation.
func (n Notice) String() string {
	switch {
	case n.Lead > 0:
		return fmt.Sprintf("announced %s ahead", n.Lead)
	case n.InOrder:
		return "no prior notice; the reason is on record"
	}
	return "no prior notice and no reason on record, which is for the provider to mend and costs nothing"
}

// Alert is the instant from which people are reminded that a suspension without
// fault still lasts; false where the terms or the operator name none.
func Alert(r terms.Resolved, w Window) (terms.SuspensionRule, time.Time, bool) {
	rule, ok := Rule(r, w.Kind, w.Clause)
	if !ok || rule.Fault {
		return rule, time.Time{}, false
	}
	hours := r.Number(rule.AlertHours)
	return rule, w.From.Add(time.Duration(hours) * time.Hour), hours > 0
}

// Exclude tells which parts of an incident the windows exclude, in their order.
// Explanations name the clause of each window and, for a suspension without
// fault, the clause on its notice.
func Exclude(r terms.Resolved, i Incident, all []Window) []Exclusion {
	var out []Exclusion
	for _, w := range all {
		rule, ok := Rule(r, w.Kind, w.Clause)
		if !ok || !rule.ExcludedFromDowntime || (!w.To.IsZero() && !w.From.Before(w.To)) {
			continue
		}
		if x, ok := cut(r, rule, i, w); ok {
			out = append(out, x)
		}
	}
	return out
}

// cut is what one window excludes.
func cut(r terms.Resolved, rule terms.SuspensionRule, i Incident, w Window) (Exclusion, bool) {
	b := explain.New(cites(r, rule)...)
	from, to := b.FactTime(i.Name+"#start_time", i.From), b.FactTime(i.Name+"#end_time", i.To)
	begins := b.FactTime(w.Name+"#start_time", w.From)
	x := Exclusion{Clause: rule.Clause, Cause: w.Name, From: i.From, To: i.To, Whole: i.Run}
	if i.Run {
		hit := b.LessEqual(begins, to)
		if !w.To.IsZero() {
			hit = b.Mul(hit, b.Less(from, b.FactTime(w.Name+"#end_time", w.To)))
		}
		v := b.If(hit, b.Seconds(from, to), b.Int(0)).In("seconds").Note("a run that the window touches; " + note(rule, w))
		x.Explanation = b.Explanation(v)
		return x, hit.True()
	}
	first, last := b.MaxDate(from, begins), to
	if !w.To.IsZero() {
		last = b.MinDate(to, b.FactTime(w.Name+"#end_time", w.To))
	}
	if x.From, x.To = first.Time(), last.Time(); !x.From.Before(x.To) {
		return x, false
	}
	x.Explanation = b.Explanation(b.Seconds(first, last).In("seconds").Note("the part inside the window; " + note(rule, w)))
	return x, true
}

func note(rule terms.SuspensionRule, w Window) string {
	if rule.Fault {
		return "supply was suspended by a hold"
	}
	return NoticeOf(w).String()
}

func cites(r terms.Resolved, rule terms.SuspensionRule) []explain.Citation {
	out := []explain.Citation{r.Cite(rule.Clause, rule.Readings...)}
	if rule.Fault {
		return out
	}
	if c := r.Suspension.NoFaultClause; c != "" {
		out = append(out, r.Cite(c))
	}
	if c := r.Suspension.NoticeClause; c != "" {
		out = append(out, r.Cite(c))
	}
	return out
}
