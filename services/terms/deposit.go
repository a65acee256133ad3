package terms

// Strikes counts late payments.
type Strikes struct {
	// Clause.
	Clause string `json:"clause,omitempty"`
	// Strikes from which a deposit may be demanded.
	Threshold int32 `json:"threshold,omitempty"`
	// In which time they are counted, for example AGREEMENT_LIFE.
	Window Setting `json:"window,omitzero"`
	// True where only strikes in a row count.
	Consecutive Setting `json:"consecutive,omitzero" is:"boolean"`
	// What sets the count back, for example NEVER.
	Reset Setting `json:"reset,omitzero"`
	// Whether invoices missed on one due date are one strike or several.
	SameDueDate Setting `json:"same_due_date,omitzero"`
	// Clause on waivers.
	WaiverClause string `json:"waiver_clause,omitempty"`
	// True where waiving the interest takes the strike away.
	WaiverRemoves Setting `json:"waiver_removes,omitzero" is:"boolean"`
	// Clause on the customer's successors.
	SuccessionClause string `json:"succession_clause,omitempty"`
	// True where a successor takes the count over.
	SuccessionCarries Setting `json:"succession_carries,omitzero" is:"boolean"`
}

// Deposit is the security against non-payment. It bears no interest.
type Deposit struct {
	// Clause that defines it.
	Clause string `json:"clause,omitempty"`
	// Forms it may take, for example CASH.
	Forms Setting `json:"forms,omitzero"`
	// Clause on demanding it.
	DemandClause string `json:"demand_clause,omitempty"`
	// Days after the demand in which it must be provided.
	ProvideDays int32 `json:"provide_days,omitempty"`
	// Who sets the amount, for example CPC_SPECIFIED.
	Amount Setting `json:"amount,omitzero"`
	// True where the amount may be raised later.
	IncreaseAllowed Setting `json:"increase_allowed,omitzero" is:"boolean"`
	// Clause on drawing and topping up.
	DrawClause string `json:"draw_clause,omitempty"`
	// Days after a due date at whose end an unpaid debt may be met from it.
	DrawAfterDays int32 `json:"draw_after_days,omitempty"`
	// True where it may be drawn for loss from breach too.
	DrawForLoss bool `json:"draw_for_loss,omitempty"`
	// When the notice of drawing must have gone, for example BEFORE_OR_SAME_DAY.
	DrawNotice Setting `json:"draw_notice,omitzero"`
	// Order in which a draw meets debts.
	DrawOrder Setting `json:"draw_order,omitzero"`
	// True where a draw stops interest like a payment.
	DrawStopsInterest Setting `json:"draw_stops_interest,omitzero" is:"boolean"`
	// Days after a demand in which a shortfall must be made up.
	TopUpDays int32 `json:"top_up_days,omitempty"`
	// Clause on refund.
	RefundClause string `json:"refund_clause,omitempty"`
	// Days after the agreement's end in which the rest is refunded.
	RefundDays int32 `json:"refund_days,omitempty"`
	// What holds the refund back, for example UNTIL_OUTSTANDING_SETTLED.
	RefundHold Setting `json:"refund_hold,omitzero"`
	// True where the costs of holding it are taken off the refund.
	HoldingCostsDeducted bool `json:"holding_costs_deducted,omitempty"`
	// Clause on a deposit as a condition of assignment.
	AssignmentClause string `json:"assignment_clause,omitempty"`
	// Days in which that deposit must be provided.
	AssignmentDays Setting `json:"assignment_days,omitzero" is:"integer"`
}
