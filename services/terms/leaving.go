package terms

// Parties of a notice.
const (
	PartyCustomer = "CUSTOMER"
	PartyProvider = "PROVIDER"
)

// Notice says how a party ends the agreement or a service by notice.
type Notice struct {
	// One rule per party.
	Rules []NoticeRule `json:"rules,omitempty"`
	// WITH_PAYMENT where a customer may give less than the period for money.
	Short Setting `json:"short,omitzero"`
}

// NoticeRule is one party's right.
type NoticeRule struct {
	// Id within the list.
	ID string `json:"id,omitempty"`
	// Clause.
	Clause string `json:"clause,omitempty"`
	// Who gives the notice.
	Party string `json:"party,omitempty" words:"CUSTOMER|PROVIDER"`
	// Kinds; empty for all.
	Kinds []string `json:"kinds,omitempty"`
	// Months of the notice; 0 where it is counted in days.
	Months int32 `json:"months,omitempty"`
	// Days of the notice; 0 where it is counted in months.
	Days int32 `json:"days,omitempty"`
	// True where only the provider's own form, completed and signed, counts.
	NeedsForm bool `json:"needs_form,omitempty"`
	// True where it is void until the other party acknowledges receipt.
	NeedsAcknowledgement bool `json:"needs_acknowledgement,omitempty"`
	// Day the notice runs from, for example SERVED_DATE_ONCE_ACKNOWLEDGED.
	Clock Setting `json:"clock,omitzero"`
	// Form that is enough where the provider's own is not asked for.
	Form Setting `json:"form,omitzero"`
	// How it may be withdrawn, for example BY_CONSENT.
	Withdrawal Setting `json:"withdrawal,omitzero"`
	// Days after which people are reminded of an open acknowledgement.
	ReminderDays Setting `json:"reminder_days,omitzero" is:"integer"`
}

// Rule is a party's rule for a kind; false where the party has no such right.
func (n *Notice) Rule(party, kind string) (NoticeRule, bool) {
	if n == nil {
		return NoticeRule{}, false
	}
	for _, r := range n.Rules {
		if r.Party == party && covers(r.Kinds, kind) {
			return r, true
		}
	}
	return NoticeRule{}, false
}

// Delivery says when a notice counts as received.
type Delivery struct {
	// Clause; empty where the agreement has none.
	Clause string `json:"clause,omitempty"`
	// For e-mail, for example AT_SEND.
	Email Setting `json:"email,omitzero"`
	// Days for post.
	PostDays Setting `json:"post_days,omitzero" is:"integer"`
}

// Causes and phases of an end, as compensation sees them.
const (
	EndByCustomerNotice = "CUSTOMER_NOTICE"
	EndByProviderNotice = "PROVIDER_NOTICE"
	EndByCustomerBreach = "CUSTOMER_BREACH"
	EndByProviderBreach = "PROVIDER_BREACH"
	EndByExpiry         = "EXPIRY"

	PhaseInTerm    = "IN_TERM"
	PhaseAfterTerm = "AFTER_TERM"

	FormulaRemainingOrNotice = "REMAINING_TO_LATER_OF_TERM_AND_NOTICE"
	FormulaRemainingOrMonths = "HIGHER_OF_REMAINING_AND_MONTHS"
	FormulaMonths            = "MONTHS"
	FormulaNone              = "NONE"
)

// Compensation says what an early end costs.
type Compensation struct {
	// One rule per cause and phase.
	Rules []CompensationRule `json:"rules,omitempty"`
	// NOTICE_DATE or LAST_DAY: which day decides the phase of a notice.
	ClassBy Setting `json:"class_by,omitzero"`
	// Day from which the remainder counts, for example DAY_AFTER_LAST_SERVICE_DAY.
	RemainingFrom Setting `json:"remaining_from,omitzero"`
	// Price of the days after the term.
	AddOnPrice Setting `json:"add_on_price,omitzero"`
	// True where prepaid days are taken off.
	NetOfPrepaid Setting `json:"net_of_prepaid,omitzero" is:"boolean"`
	// True where free and discounted months inside the remainder keep their price.
	IncludesOffers Setting `json:"includes_offers,omitzero" is:"boolean"`
	// Rate at which the remainder is discounted, as a decimal.
	DiscountRate Setting `json:"discount_rate,omitzero" is:"decimal"`
	// What an end for breach before commencement costs.
	BeforeCommencement Setting `json:"before_commencement,omitzero"`
	// PER_SERVICE or NONE where the whole agreement ends.
	WholeAgreement Setting `json:"whole_agreement,omitzero"`
	// HIGHER_ONCE or another rule where two causes compete.
	Competing Setting `json:"competing,omitzero"`
	// When it is due, for example ON_TERMINATION.
	Due Setting `json:"due,omitzero"`
	// What proves the provider's breach.
	ProviderBreachProof Setting `json:"provider_breach_proof,omitzero"`
}

// CompensationRule is the price of one kind of end.
type CompensationRule struct {
	// Id within the list.
	ID string `json:"id,omitempty"`
	// Clause.
	Clause string `json:"clause,omitempty"`
	// Cause of the end.
	Cause string `json:"cause,omitempty" words:"CUSTOMER_NOTICE|PROVIDER_NOTICE|CUSTOMER_BREACH|PROVIDER_BREACH|EXPIRY"`
	// Phase in which it falls; empty for any.
	Phase string `json:"phase,omitempty" words:"IN_TERM|AFTER_TERM"`
	// Kinds; empty for all.
	Kinds []string `json:"kinds,omitempty"`
	// How the sum is made.
	Formula string `json:"formula,omitempty" words:"REMAINING_TO_LATER_OF_TERM_AND_NOTICE|HIGHER_OF_REMAINING_AND_MONTHS|MONTHS|REMAINING|NONE"`
	// Months of recurrent charges that the formula speaks of.
	Months int32 `json:"months,omitempty"`
}

// Rule is the rule of a cause, phase and kind; false where none is named.
func (c *Compensation) Rule(cause, phase, kind string) (CompensationRule, bool) {
	if c == nil {
		return CompensationRule{}, false
	}
	for _, r := range c.Rules {
		if r.Cause == cause && (r.Phase == "" || r.Phase == phase) && covers(r.Kinds, kind) {
			return r, true
		}
	}
	return CompensationRule{}, false
}

// Cancellation says what leaving before commencement costs. The highest limb is
// owed.
type Cancellation struct {
	// Clause.
	Clause string `json:"clause,omitempty"`
	// Clause on cancelling in writing.
	WrittenClause string `json:"written_clause,omitempty"`
	// Clause on a service that is treated as cancelled.
	DeemedClause string `json:"deemed_clause,omitempty"`
	// Months after the order's signature at whose end it may be so treated.
	DeemedMonths int32 `json:"deemed_months,omitempty"`
	// True where the customer must have caused the delay.
	DeemedNeedsCustomerDelay Setting `json:"deemed_needs_customer_delay,omitzero" is:"boolean"`
	// Which signature counts, for example LAST_SIGNATURE.
	SignedDate Setting `json:"signed_date,omitzero"`
	// The limbs.
	Limbs []CancellationLimb `json:"limbs,omitempty"`
	// Days to pay where the demand states no day.
	PaymentDays Setting `json:"payment_days,omitzero" is:"integer"`
	// True where what was paid is taken off.
	NetOfPaid Setting `json:"net_of_paid,omitzero" is:"boolean"`
	// Whether savings are taken off a third party's costs.
	Mitigation Setting `json:"mitigation,omitzero"`
}

// CancellationLimb is one of the sums of which the highest is owed.
type CancellationLimb struct {
	// Clause.
	Clause string `json:"clause,omitempty"`
	// What it adds up.
	Formula string `json:"formula,omitempty" words:"CHARGES_AND_MONTHS|THIRD_PARTY_COSTS"`
	// Items that it adds up in full.
	Items []string `json:"items,omitempty"`
	// Months of recurrent charges that it adds.
	Months int32 `json:"months,omitempty"`
}

// Acceleration says what falls due at once at an end.
type Acceleration struct {
	// Clause.
	Clause string `json:"clause,omitempty"`
	// What is accelerated.
	Scope string `json:"scope,omitempty" words:"ENDED_SERVICE|WHOLE_ACCOUNT"`
	// True where the due date moves for strikes and draws as well.
	MovesDueDate Setting `json:"moves_due_date,omitzero" is:"boolean"`
	// True where licences end with the service.
	EndsLicences bool `json:"ends_licences,omitempty"`
}
