package terms

// Causes of a ground for suspension or termination.
const (
	CauseNonPayment   = "NON_PAYMENT"
	CauseBreach       = "BREACH"
	CauseGraveBreach  = "GRAVE_BREACH"
	CauseInsolvency   = "INSOLVENCY"
	CauseInability    = "INABILITY"
	CauseComplaint    = "COMPLAINT"
	CauseMaintenance  = "MAINTENANCE"
	CauseAuthority    = "AUTHORITY"
	CauseProtection   = "PROTECTION"
	RemedySuspension  = "SUSPENSION"
	RemedyTermination = "TERMINATION"
)

// Cure lists the grounds for suspension and termination with the time the
// customer has to mend them. A ladder of several steps is several rules of one
// cause.
type Cure struct {
	// Clause that gives the remedies.
	Clause string `json:"clause,omitempty"`
	// The grounds.
	Rules []CureRule `json:"rules,omitempty"`
	// Who decides whether a breach can be mended, for example CPC.
	RemediableDecider Setting `json:"remediable_decider,omitzero"`
	// What makes a breach serious, for example MANUAL_DECISION_WITH_REASON.
	SeriousRequires Setting `json:"serious_requires,omitzero"`
	// When a termination for cause takes effect.
	TerminationEffective Setting `json:"termination_effective,omitzero"`
	// Clause on suspending.
	SuspensionClause string `json:"suspension_clause,omitempty"`
	// Clause on terminating.
	TerminationClause string `json:"termination_clause,omitempty"`
}

// CureRule is one ground.
type CureRule struct {
	// Id within the list.
	ID string `json:"id,omitempty"`
	// Clause of the ground.
	Clause string `json:"clause,omitempty"`
	// Clause that leads to the ground; empty for none.
	TriggerClause string `json:"trigger_clause,omitempty"`
	// Cause.
	Cause string `json:"cause,omitempty" words:"NON_PAYMENT|BREACH|GRAVE_BREACH|INSOLVENCY|INABILITY|COMPLAINT"`
	// Kinds; empty for all.
	Kinds []string `json:"kinds,omitempty"`
	// What starts the time.
	Starts string `json:"starts,omitempty" words:"DEMAND|NOTICE|OVERDUE|HOLD|EVENT"`
	// True, or decided by a reading, where a written demand must come first.
	NeedsDemand Setting `json:"needs_demand,omitzero" is:"boolean"`
	// Days the customer has.
	Days Setting `json:"days,omitzero" is:"integer"`
	// Fewest days that the provider may allow; empty where it may not shorten.
	MinDays Setting `json:"min_days,omitzero" is:"integer"`
	// How the days are counted, for example CALENDAR_DAYS.
	Unit Setting `json:"unit,omitzero"`
	// What is available once the time has passed.
	Remedies []string `json:"remedies,omitempty" words:"SUSPENSION|TERMINATION"`
	// Readings that decide when the ground is met.
	Readings []string `json:"readings,omitempty"`
}

// Rule is the first rule of a cause for a kind; false where there is none. An
// empty kind takes the first rule of the cause.
func (c *Cure) Rule(cause, kind string) (CureRule, bool) {
	if c == nil {
		return CureRule{}, false
	}
	for _, r := range c.Rules {
		if r.Cause == cause && covers(r.Kinds, kind) {
			return r, true
		}
	}
	return CureRule{}, false
}

// Ladder is every rule of a cause for a kind, in the order of the list: suspension
// after so many days, termination after so many more. An empty kind takes them
// all.
func (c *Cure) Ladder(cause, kind string) []CureRule {
	if c == nil {
		return nil
	}
	var out []CureRule
	for _, r := range c.Rules {
		if r.Cause == cause && covers(r.Kinds, kind) {
			out = append(out, r)
		}
	}
	return out
}

// covers tells whether a list of kinds holds the kind; an empty list or an empty
// kind always matches.
func covers(kinds []string, kind string) bool {
	if len(kinds) == 0 || kind == "" {
		return true
	}
	for _, k := range kinds {
		if k == kind {
			return true
		}
	}
	return false
}

// Suspension says what suspending a service does.
type Suspension struct {
	// One rule per cause.
	Rules []SuspensionRule `json:"rules,omitempty"`
	// Clause on suspension without fault.
	NoFaultClause string `json:"no_fault_clause,omitempty"`
	// Clause on the notice of a suspension without fault.
	NoticeClause string `json:"notice_clause,omitempty"`
	// Hours that such a notice should lead by; reminds, never costs.
	NoticeHours Setting `json:"notice_hours,omitzero" is:"integer"`
	// Item under which a fee for suspending is charged; empty for none.
	FeeItem string `json:"fee_item,omitempty"`
}

// SuspensionRule is the effect of one cause.
type SuspensionRule struct {
	// Id within the list.
	ID string `json:"id,omitempty"`
	// Clause.
	Clause string `json:"clause,omitempty"`
	// Causes it covers.
	Causes []string `json:"causes,omitempty" words:"NON_PAYMENT|BREACH|GRAVE_BREACH|INSOLVENCY|INABILITY|COMPLAINT|MAINTENANCE|AUTHORITY|PROTECTION"`
	// True where the customer is at fault.
	Fault bool `json:"fault,omitempty"`
	// Which services are hit first, for example OVERDUE_SERVICES_FIRST.
	Scope Setting `json:"scope,omitzero"`
	// When the customer is told, for example SAME_TIME.
	Notice Setting `json:"notice,omitzero"`
	// True where charges go on.
	ChargesContinue Setting `json:"charges_continue,omitzero" is:"boolean"`
	// True where the time does not count as downtime.
	ExcludedFromDowntime bool `json:"excluded_from_downtime,omitempty"`
	// Hours after which people are reminded of it.
	AlertHours Setting `json:"alert_hours,omitzero" is:"integer"`
	// Readings that decide what falls under the cause.
	Readings []string `json:"readings,omitempty"`
}

// Rule is the rule of a cause; false where the agreement has none.
func (s *Suspension) Rule(cause string) (SuspensionRule, bool) {
	if s == nil {
		return SuspensionRule{}, false
	}
	for _, r := range s.Rules {
		for _, c := range r.Causes {
			if c == cause {
				return r, true
			}
		}
	}
	return SuspensionRule{}, false
}

// Restoration says how a suspended service comes back.
type Restoration struct {
	// Clause.
	Clause string `json:"clause,omitempty"`
	// CPC_DECISION or AUTOMATIC once the cause is mended.
	AfterCure Setting `json:"after_cure,omitzero"`
	// True where the provider may set conditions.
	Conditions bool `json:"conditions,omitempty"`
	// Item under which a fee for restoring is charged; empty for none.
	FeeItem string `json:"fee_item,omitempty"`
	// Hours in which the service must be back; 0 for none.
	WithinHours int32 `json:"within_hours,omitempty"`
}
