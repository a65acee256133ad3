package redeem

import (
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
)

// Service is a subscription as a decision needs it.
type Service struct {
	// Zone of the agreement's days.
	Zone *time.Location
	// Commencement date; zero before it is set.
	Commencement date.Date
	// End is the first day after the last day of service; zero while it runs.
	End date.Date
	// Units by id, with their ledger.
	Units map[string]Unit
	// Holds that suspend it.
	Holds []Hold
}

// Unit is a unit with the ledger that it draws on.
type Unit struct {
	Ledger         string
	Added, Removed date.Date
}

// Hold suspends a service from Placed until Lifted; zero while it lasts.
type Hold struct {
	ID             string
	Placed, Lifted time.Time
}

// Suspended tells whether a hold covers the instant.
func (s Service) Suspended(t time.Time) bool {
	for _, h := range s.Holds {
		if !t.Before(h.Placed) && (h.Lifted.IsZero() || t.Before(h.Lifted)) {
			return true
		}
	}
	return false
}

// Use is a request for one use. Zero instants mean now.
type Use struct {
	Operation            string
	Units                []string
	Requested, Completed time.Time
	Scheduled, Failed    bool
}

// Plan is a use as far as it can be decided without the lots.
type Plan struct {
	Op Operation
	// Requested and Completed with their defaults; Charged is the instant whose
	// year bears the use, and Day its day.
	Requested, Completed, Charged time.Time
	Day                           date.Date
	// Tokens that it takes.
	Tokens int
	// Ledgers that may bear it, in order: the first with a token does.
	Ledgers []string
	// ByQuote where an agreed price is needed although it takes no token.
	ByQuote bool
}

// PlanUse checks a use against the terms and the service's state at now.
func PlanUse(p Policy, s Service, u Use, now time.Time) (Plan, error) {
	op, err := p.Operation(u.Operation)
	if err != nil {
		return Plan{}, err
	}
	out := Plan{Op: op, Requested: u.Requested, Completed: u.Completed, Tokens: op.Tokens, ByQuote: op.ByQuote}
	if s.Commencement.IsZero() {
		return out, refuse(ReasonNotCommenced, "", "the service has no commencement date yet")
	}
	if err := out.times(p, s, now); err != nil {
		return out, err
	}
	if u.Scheduled && !op.ScheduledTakes || u.Failed && !op.FailedTakes {
		out.Tokens, out.ByQuote = 0, false
	}
	return out, out.ledgers(p, s, u.Units)
}

// times fills in the instants and checks them: a use is not in the future, was
// not done before it was asked for, and lies within the service.
func (o *Plan) times(p Policy, s Service, now time.Time) error {
	if o.Completed.After(now) {
		return refuse(ReasonTime, "completed_time", "completed_time lies after the provider's now, %s", now.Format(time.RFC3339))
	}
	if o.Requested.IsZero() {
		o.Requested = now
		if !o.Completed.IsZero() {
			o.Requested = o.Completed
		}
	}
	if o.Completed.IsZero() {
		o.Completed = now
	}
	if o.Requested.After(now) {
		return refuse(ReasonTime, "requested_time", "requested_time lies after the provider's now, %s", now.Format(time.RFC3339))
	}
	if o.Completed.Before(o.Requested) {
		return refuse(ReasonTime, "completed_time", "completed_time lies before requested_time")
	}
	o.Charged = o.Requested
	if p.ByExecution {
		o.Charged = o.Completed
	}
	o.Day = date.Of(o.Charged, s.Zone)
	if o.Day.Before(s.Commencement) {
		return refuse(ReasonTime, "requested_time", "the service commenced on %s", s.Commencement)
	}
	if !s.End.IsZero() && !o.Day.Before(s.End) {
		return refuse(ReasonEnded, "", "the last day of service was %s", s.End.AddDays(-1))
	}
	if !p.UsableWhileSuspended && s.Suspended(o.Completed) {
		return refuse(ReasonSuspended, "", "a hold forbids use")
	}
	return nil
}

// ledgers finds whose tokens the use may take.
func (o *Plan) ledgers(p Policy, s Service, units []string) error {
	if p.PerService {
		o.Ledgers = []string{""}
		return nil
	}
	switch {
	case len(units) == 0:
		return refuse(ReasonField, "units", "name the unit: tokens count per unit")
	case !o.Op.PerForm && len(units) > 1:
		return refuse(ReasonField, "units", "one %s is of one unit; send one request for each", o.Op.Name)
	}
	for _, id := range units {
		u, ok := s.Units[id]
		if !ok || o.Day.Before(u.Added) || (!u.Removed.IsZero() && o.Day.After(u.Removed)) {
			return refuse(ReasonUnitUnknown, "units", "the service has no unit %q in service on %s", id, o.Day)
		}
		o.Ledgers = append(o.Ledgers, u.Ledger)
	}
	return nil
}

// Cites are the clauses of the use.
func (o Plan) Cites() []explain.Citation { return o.Op.Cites }
