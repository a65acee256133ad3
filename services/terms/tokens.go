package terms

// Whose ledger a token rule keeps.
const (
	// TokensPerUnit: every unit has its own.
	TokensPerUnit = "UNIT"
	// TokensPerService: the service has one, whichever unit uses it.
	TokensPerService = "SERVICE"
)

// Operations that token rules speak of.
const (
	OpBackup        = "BACKUP"
	OpRestore       = "RESTORE"
	OpReplication   = "REPLICATION"
	OpFailover      = "FAILOVER"
	OpFailback      = "FAILBACK"
	OpConfigChange  = "CONFIG_CHANGE"
	OpSnapshotCycle = "SNAPSHOT_CYCLE"
)

// Tokens are the service tokens of a contract year.
type Tokens struct {
	// One rule per kind or group of kinds.
	Rules []TokenRule `json:"rules,omitempty"`
	// How a last partial year is measured, for example MONTHS_F.
	ProrationMeasure Setting `json:"proration_measure,omitzero"`
	// FLOOR, CEIL or HALF_UP.
	ProrationRounding Setting `json:"proration_rounding,omitzero"`
	// True where a first year shorter than twelve months is reduced as well.
	ProrateFirstYear Setting `json:"prorate_first_year,omitzero" is:"boolean"`
	// True where an early end reduces the running year after the fact.
	EarlyEndReprorates Setting `json:"early_end_reprorates,omitzero" is:"boolean"`
	// REQUEST_ACCEPTED or EXECUTION_TIME: the instant whose year bears a use.
	ChargeTime Setting `json:"charge_time,omitzero"`
	// RELEASE or CONSUME for an operation that fails.
	FailedOperation Setting `json:"failed_operation,omitzero"`
	// PER_UNIT or POOLED, where the rule's ledger is UNIT.
	Pooling Setting `json:"pooling,omitzero"`
	// Whose token a form with several units takes, for example FIRST_NAMED_UNIT.
	ConfigChangeLedger Setting `json:"config_change_ledger,omitzero"`
	// PER_FORM or PER_LINE.
	ConfigChangeUnit Setting `json:"config_change_unit,omitzero"`
	// FULL_ALLOTMENT or PRORATED for a unit that is added during a year.
	MidYearUnit Setting `json:"mid_year_unit,omitzero"`
	// BLOCK_UNTIL_AGREED or EXECUTE_THEN_AGREE beyond the allotment.
	OverageExecution Setting `json:"overage_execution,omitzero"`
	// Price of overage that arises after the fact.
	RetroactivePrice Setting `json:"retroactive_price,omitzero"`
	// True where tokens may be used while the service is suspended.
	UsableWhileSuspended Setting `json:"usable_while_suspended,omitzero"`
	// True where the copy that fixes the commencement date is no use.
	FirstCopyFree Setting `json:"first_copy_free,omitzero" is:"boolean"`
	// True where an open reservation keeps its token past the year's end.
	ReservationSurvivesExpiry Setting `json:"reservation_survives_expiry,omitzero" is:"boolean"`
	// Clause on changes through the user interface.
	InterfaceClause string `json:"interface_clause,omitempty"`
	// True where a change through the user interface takes a token.
	InterfaceChangeConsumes Setting `json:"interface_change_consumes,omitzero" is:"boolean"`
	// Clause on configuration forms.
	FormClause string `json:"form_clause,omitempty"`
}

// TokenRule is the token clause of a kind.
type TokenRule struct {
	// Id within the list.
	ID string `json:"id,omitempty"`
	// Kinds.
	Kinds []string `json:"kinds,omitempty"`
	// Clause on the allotment.
	Clause string `json:"clause,omitempty"`
	// Clause on what one use is.
	UseClause string `json:"use_clause,omitempty"`
	// Clause on expiry.
	ExpiryClause string `json:"expiry_clause,omitempty"`
	// Clause on uses after the service period.
	AfterTermClause string `json:"after_term_clause,omitempty"`
	// Clause on the last partial year.
	ProrationClause string `json:"proration_clause,omitempty"`
	// Clause that makes a later change a use; empty for none.
	ChangeClause string `json:"change_clause,omitempty"`
	// Whose ledger it is: each unit's, or the service's.
	Ledger string `json:"ledger,omitempty" words:"UNIT|SERVICE"`
	// What the unit is, for example VIRTUAL_SERVER.
	Unit string `json:"unit,omitempty" words:"VIRTUAL_SERVER|CUSTOMER_VM|PHYSICAL_HOST|SERVICE_INSTANCE"`
	// Months of a token year.
	YearMonths int32 `json:"year_months,omitempty"`
	// Period at whose end tokens lapse, for example TWELVE_MONTH_PERIOD.
	Expiry Setting `json:"expiry,omitzero"`
	// How an operation after the service period is supplied while no price is
	// agreed; the general rule on overage where it is empty.
	AfterTermExecution Setting `json:"after_term_execution,omitzero"`
	// What it counts, and what it does not. An operation that is not listed is
	// none of the kind's.
	Operations []TokenOperation `json:"operations,omitempty"`
	// Readings that decide how the clause is read.
	Readings []string `json:"readings,omitempty"`
}

// TokenOperation is one operation and the tokens it takes.
type TokenOperation struct {
	// The operation.
	Operation string `json:"operation,omitempty" words:"BACKUP|RESTORE|REPLICATION|FAILOVER|FAILBACK|CONFIG_CHANGE|SNAPSHOT_CYCLE"`
	// Clause; the rule's use clause where empty.
	Clause string `json:"clause,omitempty"`
	// Tokens that one use takes; 0 where the operation is not counted.
	Consumes int32 `json:"consumes,omitempty"`
	// What one use is: one operation of one unit, or one form.
	Per string `json:"per,omitempty" words:"UNIT|FORM"`
	// True where a run by schedule takes a token; empty where there is none.
	ScheduledConsumes Setting `json:"scheduled_consumes,omitzero" is:"boolean"`
	// True where a drill takes a token; empty where there is none.
	DrillConsumes Setting `json:"drill_consumes,omitzero" is:"boolean"`
	// How an operation without a token is supplied, for example by quote; it
	// overrides consumes where the option says one token.
	Uncounted Setting `json:"uncounted,omitzero"`
	// True where the use is reserved first and consumed by an instruction, as in
	// the snapshot cycle.
	TwoPhase bool `json:"two_phase,omitempty"`
	// Instructions that complete it.
	CompletedBy []string `json:"completed_by,omitempty" words:"COMMIT|REVERT"`
	// Readings that decide what else counts.
	Readings []string `json:"readings,omitempty"`
}

// Rule is the rule for a kind; false where the kind has no tokens.
func (t *Tokens) Rule(kind string) (TokenRule, bool) {
	if t == nil {
		return TokenRule{}, false
	}
	for _, r := range t.Rules {
		for _, k := range r.Kinds {
			if k == kind {
				return r, true
			}
		}
	}
	return TokenRule{}, false
}

// Operation is the entry for an operation; false where the kind has none.
func (r TokenRule) Operation(op string) (TokenOperation, bool) {
	for _, o := range r.Operations {
		if o.Operation == op {
			return o, true
		}
	}
	return TokenOperation{}, false
}

// Snapshot is the cycle of a snapshot and its storage.
type Snapshot struct {
	// Kinds.
	Kinds []string `json:"kinds,omitempty"`
	// Clause on request and instruction.
	Clause string `json:"clause,omitempty"`
	// Hours in which the customer instructs; the end instant is in time.
	WindowHours int32 `json:"window_hours,omitempty"`
	// SNAPSHOT_COMPLETED or REQUESTED: where the hours begin.
	WindowStart Setting `json:"window_start,omitzero"`
	// Instructions that close it.
	Instructions []string `json:"instructions,omitempty" words:"COMMIT|REVERT"`
	// Channel by which an instruction may come.
	Channel Setting `json:"channel,omitzero"`
	// What becomes of a snapshot without instruction.
	AfterLapse Setting `json:"after_lapse,omitzero"`
	// Clause on the token of a snapshot.
	TokenClause string `json:"token_clause,omitempty"`
	// RELEASE or CONSUME: the token of a lapsed snapshot.
	LapseToken Setting `json:"lapse_token,omitzero"`
	// True where the provider never answers for the integrity of stored data.
	IntegrityExcluded bool `json:"integrity_excluded,omitempty"`
	// Clause on storage.
	CapacityClause string `json:"capacity_clause,omitempty"`
	// Share of storage above which the customer is warned, in percent.
	WarnAbovePercent int32 `json:"warn_above_percent,omitempty"`
	// Share of storage from which the provider is relieved, in percent.
	FullPercent int32 `json:"full_percent,omitempty"`
	// SERVICE or VIRTUAL_SERVER: whose storage is measured.
	CapacityScope Setting `json:"capacity_scope,omitzero"`
	// True where the provider is relieved only after it warned.
	WarningIsCondition Setting `json:"warning_is_condition,omitzero" is:"boolean"`
	// Hours after a warning when people are reminded.
	PromptHours Setting `json:"prompt_hours,omitzero" is:"integer"`
}
