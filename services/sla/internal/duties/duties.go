// Package duties executes the rule DX: which part of an incident the provider
// does not answer for, because the customer did not do its duty, or because the
// terms exclude it in any case.
package duties

import (
	"slices"
	"time"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
)

// Object is where a record lies. A unit belongs to a service; a cluster or
// replication group is several units of one service.
type Object struct {
	// Service is the subscription.
	Service string
	// Unit is its unit; "" is the whole service, or the whole group.
	Unit string
	// Group is the cluster or replication group; "" for none.
	Group string
}

// whole tells whether the object is a service as a whole.
func (o Object) whole() bool { return o.Unit == "" && o.Group == "" }

// Incident is a failure: a time in which the object did not work, or one run
// that failed.
type Incident struct {
	// Name of its record; facts in explanations are named after it.
	Name        string
	On          Object
	FailureType string
	From, To    time.Time
}

// Breach is a recorded time in which the customer did not do its duty.
type Breach struct {
	Name   string
	Clause string
	On     Object
	From   time.Time
	// To is zero while it lasts.
	To time.Time
	// Proved where a person recorded what shows that it caused the failure.
	Proved bool
}

// Mark is an instant at which something was recorded on an object.
type Mark struct {
	Name string
	On   Object
	At   time.Time
}

// Mail is the message by which the provider reported a failed run.
type Mail struct {
	Mark
	FailureType string
}

// Planned is a time in which the provider runs what it scheduled.
type Planned struct {
	Name     string
	On       Object
	From, To time.Time
}

// Record is what else was recorded of a service and decides on its breaches.
type Record struct {
	Mails []Mail
	// Syncs are the ends of replications that succeeded.
	Syncs    []Mark
	Schedule []Planned
	// Disasters are outages that the customer did not cause.
	Disasters []Planned
}

// Exclusion is a part of an incident that does not count against the provider.
type Exclusion struct {
	Clause string
	// Cause is the breach; "" where the terms exclude without one.
	Cause    string
	From, To time.Time
	// Whole where the incident is excluded as one.
	Whole bool
	// Explanation of the excluded seconds.
	Explanation explain.Explanation
}

// Codes of duties whose breaches need more than the record of a breach.
const (
	// answerMail is broken by silence after a message of the provider.
	answerMail = "ANSWER_FAILURE_MAIL"
	// beforeFull is broken by a store that runs full after a warning.
	beforeFull = "INSTRUCT_BEFORE_FULL"
)

// Options that decide, and the readings that stand beside a duty.
const (
	presumed         = "PRESUMED_IF_OVERLAP"
	wholeService     = "WHOLE_SERVICE"
	nextSync         = "NEXT_SUCCESSFUL_SYNC"
	noMailNoBreach   = "no_email_no_breach"
	noticeIsRequired = "capacity_notice_is_condition"
	ignoresDisaster  = "failover_dx_ignores_disaster_outage"
	failoverFailed   = "FAILOVER_FAILED"
)

// Rules are the duties of one kind of service under one agreement.
type Rules struct {
	terms  terms.Resolved
	duties []terms.Duty
}

// Of gives the duties of a kind and edition of service.
func Of(r terms.Resolved, kind, edition string) Rules {
	out := Rules{terms: r}
	if r.Terms == nil {
		return out
	}
	for _, d := range r.Duties.ForKind(kind) {
		if d.Edition == "" || d.Edition == edition {
			out.duties = append(out.duties, d)
		}
	}
	return out
}

// Duty is the duty under a clause; false where the service has none.
func (r Rules) Duty(clause string) (terms.Duty, bool) {
	i := slices.IndexFunc(r.duties, func(d terms.Duty) bool { return d.Clause == clause })
	if i < 0 {
		return terms.Duty{}, false
	}
	return r.duties[i], true
}

// Clauses lists the clauses of the duties, in order.
func (r Rules) Clauses() []string {
	out := make([]string, len(r.duties))
	for i, d := range r.duties {
		out[i] = d.Clause
	}
	return out
}

// ServiceWide tells whether a breach of a duty reaches the whole service,
// wherever it was recorded.
func (r Rules) ServiceWide(d terms.Duty) bool {
	scope, _ := r.scope(d)
	return scope == wholeService
}

// Grouped tells whether a breach of a duty reaches the cluster or replication
// group of the unit on which it was recorded.
func Grouped(d terms.Duty) bool { return d.Objects == "GROUP" || d.Objects == "CLUSTER" }

// scope is how far a breach reaches, and the reading that decided.
func (r Rules) scope(d terms.Duty) (string, string) {
	s := d.Scope
	if s.IsZero() {
		s = r.terms.Duties.Scope
	}
	return r.terms.Text(s), s.Reading
}

// causation is the test of cause, and the reading that decided.
func (r Rules) causation(d terms.Duty) (string, string) {
	s := d.Causation
	if s.IsZero() {
		s = r.terms.Duties.Causation
	}
	return r.terms.Text(s), s.Reading
}

// reaches tells whether a breach of the duty concerns the incident's object. It
// never reaches another service, nor from a unit to the service around it.
func (r Rules) reaches(d terms.Duty, breach, incident Object) bool {
	switch {
	case breach.Service != incident.Service:
		return false
	case breach.whole(), r.ServiceWide(d):
		return true
	case breach.Unit == "", Grouped(d) && breach.Group != "":
		return breach.Group == incident.Group
	}
	return breach.Unit == incident.Unit
}

// cite is the citation of a duty with the readings that decide it.
func (r Rules) cite(d terms.Duty) explain.Citation {
	_, scope := r.scope(d)
	_, cause := r.causation(d)
	names := append([]string{cause, scope, d.ReplyHours.Reading, d.BreachEnds.Reading}, d.Readings...)
	return r.terms.Cite(d.Clause, names...)
}
