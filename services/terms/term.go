package terms

// Term says how long the customer is committed, and what follows.
type Term struct {
	// Clause that defines the period.
	Clause string `json:"clause,omitempty"`
	// Months where the order states none; 0 where it must.
	DefaultMonths int32 `json:"default_months,omitempty"`
	// DAY_BEFORE_ANNIVERSARY or ANNIVERSARY_INCLUSIVE: the period's last day.
	LastDay Setting `json:"last_day,omitzero"`
	// Clause on what follows the period.
	AfterClause string `json:"after_clause,omitempty"`
	// What follows where nobody acts.
	After string `json:"after,omitempty" words:"CONTINUES|ENDS|RENEWS"`
	// Months of a renewal; 0 where there is none.
	RenewalMonths int32 `json:"renewal_months,omitempty"`
	// Days before the end by which a renewal must be declined; 0 for none.
	RenewalNoticeDays int32 `json:"renewal_notice_days,omitempty"`
	// True where an order may say that supply ends with the period.
	OrderMayEnd bool `json:"order_may_end,omitempty"`
	// PROSPECTIVE or RETROACTIVE_CLAWBACK: how offers lapse after the period.
	OfferLapse Setting `json:"offer_lapse,omitzero"`
	// Which price runs after the period.
	PriceAfter Setting `json:"price_after,omitzero"`
	// True where time under suspension is added to the period.
	ExtendedBySuspension Setting `json:"extended_by_suspension,omitzero" is:"boolean"`
	// Clause that ends technical support with the period.
	SupportClause string `json:"support_clause,omitempty"`
	// How a configuration change after the period is supplied.
	ChangeAfter Setting `json:"change_after,omitzero"`
}
