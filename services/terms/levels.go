package terms

// ServiceLevels are measured levels and what a missed one gives.
type ServiceLevels struct {
	// Clause.
	Clause string `json:"clause,omitempty"`
	// Clause on the provider's document of levels.
	DocumentClause string `json:"document_clause,omitempty"`
	// NOT_DOWNTIME or REMOVED_FROM_PERIOD: what excluded time counts as.
	ExcludedTime Setting `json:"excluded_time,omitzero"`
	// NONE, or how a missed level is credited.
	Credit Setting `json:"credit,omitzero"`
	// Tier tables.
	Tiers []Tiers `json:"tiers,omitempty"`
	// Hand-over points after which time is the customer's own.
	HandOvers []HandOver `json:"hand_overs,omitempty"`
	// Ticket categories that are the customer's own.
	CustomerOwned []CustomerOwned `json:"customer_owned,omitempty"`
}

// Tiers is a table from a measured quantity to a value.
type Tiers struct {
	// Id, for example "single-unprotected".
	ID string `json:"id,omitempty"`
	// Clause.
	Clause string `json:"clause,omitempty"`
	// Kinds; empty for all.
	Kinds []string `json:"kinds,omitempty"`
	// What is measured.
	Quantity string `json:"quantity,omitempty" words:"AVAILABILITY|DOWNTIME_HOURS|EXCESS_DELAY|LOSS|DAYS_LATE"`
	// Least and greatest value of the quantity, as decimals; the greatest may be
	// empty for none.
	From string `json:"from,omitempty" format:"decimal"`
	// Greatest value, itself covered; empty for none.
	To string `json:"to,omitempty" format:"decimal"`
	// What a row's value is.
	Gives string `json:"gives,omitempty" words:"PERCENT|HOURS|DAYS|FACTOR"`
	// The rows.
	Rows []Tier `json:"rows,omitempty"`
	// Days of the month for which the reference hours were printed; 0 for none.
	ReferenceDays int32 `json:"reference_days,omitempty"`
}

// Tier is one row: at_least <= quantity < below.
type Tier struct {
	// Inclusive lower limit, as a decimal.
	AtLeast string `json:"at_least,omitempty" format:"decimal"`
	// Exclusive upper limit, as a decimal; empty for none.
	Below string `json:"below,omitempty" format:"decimal"`
	// What it gives, as a decimal.
	Value string `json:"value,omitempty" format:"decimal"`
	// Hours of downtime above which the row is printed to begin; reference only.
	ReferenceOverHours string `json:"reference_over_hours,omitempty" format:"decimal"`
	// Hours of downtime up to which the row is printed to reach; reference only.
	ReferenceUpToHours string `json:"reference_up_to_hours,omitempty" format:"decimal"`
}

// HandOver is the point after which time is the customer's own.
type HandOver struct {
	// Clause.
	Clause string `json:"clause,omitempty"`
	// Kinds.
	Kinds []string `json:"kinds,omitempty"`
	// The point, for example VM_BOOTED.
	Point Setting `json:"point,omitzero"`
}

// CustomerOwned lists ticket categories that are the customer's own.
type CustomerOwned struct {
	// Clause.
	Clause string `json:"clause,omitempty"`
	// Kinds.
	Kinds []string `json:"kinds,omitempty"`
	// Categories, for example VPN.
	Categories []string `json:"categories,omitempty"`
}

// Liability is the gates and the cap of the provider's liability.
type Liability struct {
	// Clause that excludes it.
	ExclusionClause string `json:"exclusion_clause,omitempty"`
	// Order in which the gates are passed.
	Waterfall Setting `json:"waterfall,omitzero"`
	// Clause on data that the provider does not back up.
	NoBackupClause string `json:"no_backup_clause,omitempty"`
	// What makes the provider answer for it all the same.
	BackupAgreed Setting `json:"backup_agreed,omitzero"`
	// Clause on remedies where it cannot be excluded.
	RemedyClause string `json:"remedy_clause,omitempty"`
	// Clauses on the remedies of single kinds of supply.
	RemedyClauses []string `json:"remedy_clauses,omitempty"`
	// Who chooses the remedy.
	RemedyChoice Setting `json:"remedy_choice,omitzero"`
	// Value of a service supplied again.
	ResupplyValue Setting `json:"resupply_value,omitzero"`
	// Clause on the cap.
	CapClause string `json:"cap_clause,omitempty"`
	// Months of recurrent charges that cap it; 0 for no such cap.
	CapMonths int32 `json:"cap_months,omitempty"`
	// Price that the cap takes.
	CapBasis Setting `json:"cap_basis,omitzero"`
	// PER_SERVICE_LIFETIME or another pool.
	CapPool Setting `json:"cap_pool,omitzero"`
	// Cap of a service that is younger than the months.
	CapNewService Setting `json:"cap_new_service,omitzero"`
	// Cap of a service without recurrent charges.
	CapZero Setting `json:"cap_zero,omitzero"`
}

// Indemnity is what the customer makes good in full.
type Indemnity struct {
	// Clause.
	Clause string `json:"clause,omitempty"`
	// The grounds.
	Rules []IndemnityRule `json:"rules,omitempty"`
	// Days to pay.
	PaymentDays Setting `json:"payment_days,omitzero" is:"integer"`
}

// IndemnityRule is one ground.
type IndemnityRule struct {
	// Ground, for example USE_BREACH.
	ID string `json:"id,omitempty"`
	// Clause.
	Clause string `json:"clause,omitempty"`
	// FULL or PROPORTIONAL where the provider contributed; empty where it does not
	// matter.
	Contribution Setting `json:"contribution,omitzero"`
	// True where a breach must be on record.
	NeedsBreach bool `json:"needs_breach,omitempty"`
}
