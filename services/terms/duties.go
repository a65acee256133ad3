package terms

// How a failure is measured.
const (
	// MeasuredRun: one run; a breach that overlaps any part excludes it whole.
	MeasuredRun = "RUN"
	// MeasuredDuration: a time; the overlapping part is excluded.
	MeasuredDuration = "DURATION"
	// AnyFailure in a duty's failure types stands for all.
	AnyFailure = "ANY"
)

// Duties are what the customer must do, and the failures for which the provider
// does not answer where the customer did not.
type Duties struct {
	// Failures and how they are measured.
	FailureTypes []FailureType `json:"failure_types,omitempty"`
	// One rule per clause.
	Rules []Duty `json:"rules,omitempty"`
	// PRESUMED_IF_OVERLAP or another test of cause.
	Causation Setting `json:"causation,omitzero"`
	// AFFECTED_OBJECTS_ONLY or WHOLE_SERVICE.
	Scope Setting `json:"scope,omitzero"`
}

// FailureType is a way in which a service fails.
type FailureType struct {
	// Code, for example BACKUP_FAILED.
	Code string `json:"code,omitempty"`
	// What is measured.
	Measured string `json:"measured,omitempty" words:"RUN|DURATION"`
}

// Duty is one clause.
type Duty struct {
	// Id within the list.
	ID string `json:"id,omitempty"`
	// Clause.
	Clause string `json:"clause,omitempty"`
	// Kinds; empty for all.
	Kinds []string `json:"kinds,omitempty"`
	// Code of the duty, for example UNITS_ON.
	Duty string `json:"duty,omitempty"`
	// What a breach is recorded against.
	Objects string `json:"objects,omitempty" words:"UNIT|SERVICE|GROUP|CLUSTER|JOB|FORM"`
	// Failures that a breach excludes; ANY for all. Empty where the clause
	// excludes nothing.
	FailureTypes []string `json:"failure_types,omitempty"`
	// True where a breach excludes failures; empty means that it does where
	// failure types are named.
	Excludes Setting `json:"excludes,omitzero" is:"boolean"`
	// Whether the failures are excluded with or without a breach: true, or
	// LITERAL_UNCONDITIONAL; anything else means that a breach is needed.
	Unconditional Setting `json:"unconditional,omitzero"`
	// Test of cause where it differs from the general one.
	Causation Setting `json:"causation,omitzero"`
	// Scope where it differs from the general one.
	Scope Setting `json:"scope,omitzero"`
	// Edition of the order to which it is limited, for example "ZT".
	Edition string `json:"edition,omitempty"`
	// Hours to act after which people are reminded and a breach may be recorded.
	ReplyHours Setting `json:"reply_hours,omitzero" is:"integer"`
	// When a breach ends, for example FIX_PLUS_TTL.
	BreachEnds Setting `json:"breach_ends,omitzero"`
	// True where only a breach inside a window that the provider scheduled counts.
	ScheduledWindowOnly bool `json:"scheduled_window_only,omitempty"`
	// Readings that decide when the duty is broken.
	Readings []string `json:"readings,omitempty"`
}

// ForKind lists the duties of a kind, in order.
func (d *Duties) ForKind(kind string) []Duty {
	if d == nil {
		return nil
	}
	var out []Duty
	for _, r := range d.Rules {
		if covers(r.Kinds, kind) {
			out = append(out, r)
		}
	}
	return out
}

// Unconditional tells whether the failures of a duty are excluded without a
// breach, and the reading that decided.
func (r Resolved) Unconditional(d Duty) (bool, string) {
	w := r.Text(d.Unconditional)
	return w == "true" || w == "LITERAL_UNCONDITIONAL", d.Unconditional.Reading
}

// Excludes tells whether a breach of a duty excludes failures, and the reading
// that decided, "" where the text did.
func (r Resolved) Excludes(d Duty) (bool, string) {
	if d.Excludes.IsZero() {
		return len(d.FailureTypes) > 0, ""
	}
	return r.Flag(d.Excludes) && len(d.FailureTypes) > 0, d.Excludes.Reading
}

// Measured is how a failure is measured; false for an unknown code.
func (d *Duties) Measured(code string) (string, bool) {
	if d == nil {
		return "", false
	}
	for _, f := range d.FailureTypes {
		if f.Code == code {
			return f.Measured, true
		}
	}
	return "", false
}

// Covers tells whether a breach of the duty may exclude a failure.
func (d Duty) Covers(code string) bool {
	for _, f := range d.FailureTypes {
		if f == AnyFailure || f == code {
			return true
		}
	}
	return false
}
