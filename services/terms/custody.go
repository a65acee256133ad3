package terms

// Custody is about hardware and software in the customer's hands.
type Custody struct {
	// Clause on title and risk.
	Clause string `json:"clause,omitempty"`
	// Hours in which a loss should be reported; reminds, never costs.
	LossNoticeHours Setting `json:"loss_notice_hours,omitzero" is:"integer"`
	// Clause on tampering, repair and disconnection.
	TamperClause string `json:"tamper_clause,omitempty"`
	// Hours in which an emergency disconnection should be reported.
	EmergencyNoticeHours Setting `json:"emergency_notice_hours,omitzero" is:"integer"`
	// Clause on return.
	ReturnClause string `json:"return_clause,omitempty"`
	// Days after the end of the service in which it is returned.
	ReturnDays int32 `json:"return_days,omitempty"`
	// RECEIVED_AT_CPC or DISPATCHED: what must happen in that time.
	ReturnTest Setting `json:"return_test,omitzero"`
	// True where a service that expires is returned like a terminated one.
	ReturnOnExpiry Setting `json:"return_on_expiry,omitzero" is:"boolean"`
}

// Replacement is the price of what was lost, damaged or not returned.
type Replacement struct {
	// Clause on loss and damage.
	LossClause string `json:"loss_clause,omitempty"`
	// Days to pay for loss and damage.
	LossDays Setting `json:"loss_days,omitzero" is:"integer"`
	// Clause on what is not returned.
	ReturnClause string `json:"return_clause,omitempty"`
	// Days after the demand to pay for what is not returned.
	DemandDays int32 `json:"demand_days,omitempty"`
	// Who sets the price.
	Price string `json:"price,omitempty" words:"MARKET_PRICE_BY_PROVIDER|ORDER_PRICE"`
	// True where evidence of the price must be kept.
	EvidenceRequired Setting `json:"evidence_required,omitzero" is:"boolean"`
	// Whether a late return cancels the price.
	LateReturn Setting `json:"late_return,omitzero"`
	// Fee for each day of a late return, or NONE.
	DailyFee Setting `json:"daily_fee,omitzero"`
	// True where one asset is paid for once.
	OncePerAsset Setting `json:"once_per_asset,omitzero" is:"boolean"`
}

// Retention says when data may be deleted after an end.
type Retention struct {
	// Clause.
	Clause string `json:"clause,omitempty"`
	// What starts the time.
	Starts string `json:"starts,omitempty" words:"DAY_AFTER_LAST_DAY|HOLD"`
	// Days that the data is kept.
	GraceDays Setting `json:"grace_days,omitzero" is:"integer"`
	// Hours that the data is kept, where the text counts to the moment; 0 for none.
	GraceHours int32 `json:"grace_hours,omitempty"`
	// Months that the data is kept; 0 for none.
	GraceMonths int32 `json:"grace_months,omitempty"`
	// What blocks deletion, for example LEGAL_HOLD_OR_OPEN_DISPUTE_BLOCKS.
	Hold Setting `json:"hold,omitzero"`
	// True where the provider must tell the customer before it deletes.
	NeedsNotice bool `json:"needs_notice,omitempty"`
}
