package terms

// Methods by which a commencement date is fixed.
const (
	// ReadinessNotice: the provider tells the customer that the service is ready.
	ReadinessNotice = "READINESS_NOTICE"
	// FirstCopy: the first copy of any unit has succeeded and was notified.
	FirstCopy = "FIRST_COPY"
	// Acceptance: the customer signs the acceptance test.
	Acceptance = "ACCEPTANCE"
)

// Commencement says how the commencement date of a service is fixed.
type Commencement struct {
	// One rule per group of kinds.
	Rules []CommencementRule `json:"rules,omitempty"`
	// NEW_NOTICE_RESTARTS or another consequence of a problem in the window.
	AfterReport Setting `json:"after_report,omitzero"`
	// True where invoices are made before the date is confirmed.
	BillInWindow Setting `json:"bill_in_window,omitzero" is:"boolean"`
	// When a cancellation inside the window is judged.
	CancelInWindow Setting `json:"cancel_in_window,omitzero"`
	// From when a unit that is added later is charged.
	AddedUnitBilling Setting `json:"added_unit_billing,omitzero"`
	// Clause on moving the date at the customer's wish.
	ChangeClause string `json:"change_clause,omitempty"`
	// How a date that moved by delay is changed, for example MANUAL.
	DeemedChange Setting `json:"deemed_change,omitzero"`
	// Item under which the fee for moving the date is charged.
	ChangeItem string `json:"change_item,omitempty"`
	// True where the fee is due only once the customer has accepted it.
	ChangeFeeNeedsAcceptance Setting `json:"change_fee_needs_acceptance,omitzero" is:"boolean"`
}

// CommencementRule fixes the date for some kinds.
type CommencementRule struct {
	// Id within the list.
	ID string `json:"id,omitempty"`
	// Clause.
	Clause string `json:"clause,omitempty"`
	// Kinds; empty for every kind that no other rule names.
	Kinds []string `json:"kinds,omitempty"`
	// How the date is fixed.
	Method string `json:"method,omitempty" words:"READINESS_NOTICE|FIRST_COPY|ACCEPTANCE"`
	// Working days in which the customer may report a problem; 0 for none.
	WindowWorkingDays int32 `json:"window_working_days,omitempty"`
	// Calendar days in which the customer may report a problem; 0 for none.
	WindowDays int32 `json:"window_days,omitempty"`
	// Which day it is: NOTICE_DATE, EMAIL_DATE, COMPLETION_DATE, SIGNED_DATE or
	// DAY_AFTER_WINDOW.
	Date Setting `json:"date,omitzero"`
	// For FIRST_COPY: the operation that makes the copy.
	Operation string `json:"operation,omitempty" words:"BACKUP|REPLICATION"`
	// SERVICE_WIDE where one date holds for all units, or PER_VM.
	Scope Setting `json:"scope,omitzero"`
	// True where any problem blocks, false where only a major one does.
	AnyProblemBlocks Setting `json:"any_problem_blocks,omitzero" is:"boolean"`
	// Which problems count, for example NEW_PROBLEMS_ONLY.
	Problems Setting `json:"problems,omitzero"`
	// For ACCEPTANCE: what follows where the customer never signs.
	Unsigned Setting `json:"unsigned,omitzero"`
	// For ACCEPTANCE: clause on the criteria.
	CriteriaClause string `json:"criteria_clause,omitempty"`
	// For ACCEPTANCE: which version of the criteria counts.
	Criteria Setting `json:"criteria,omitzero"`
}

// Rule is the rule for a kind; false where no rule covers it.
func (c *Commencement) Rule(kind string) (CommencementRule, bool) {
	if c == nil {
		return CommencementRule{}, false
	}
	return forKind(c.Rules, kind, func(r CommencementRule) []string { return r.Kinds })
}

// forKind is the first rule that names the kind, or else the first that names
// none.
func forKind[R any](rules []R, kind string, kinds func(R) []string) (R, bool) {
	var rest R
	var found bool
	for _, r := range rules {
		named := kinds(r)
		if len(named) == 0 && !found {
			rest, found = r, true
		}
		for _, k := range named {
			if k == kind {
				return r, true
			}
		}
	}
	return rest, found
}
