package terms

// Items of a charge.
const (
	ItemOneOff        = "ONE_OFF"
	ItemSetup         = "SETUP"
	ItemRecurrent     = "RECURRENT"
	ItemUsage         = "USAGE"
	ItemOtherRelated  = "OTHER_RELATED"
	ItemOverage       = "OVERAGE"
	ItemRestoration   = "RESTORATION"
	ItemSuspensionFee = "SUSPENSION_FEE"
	ItemCompensation  = "COMPENSATION"
	ItemDamages       = "DAMAGES"
	ItemReplacement   = "REPLACEMENT"
	ItemIndemnity     = "INDEMNITY"
	ItemInterest      = "INTEREST"
	ItemTax           = "TAX"
	ItemGrossUp       = "GROSS_UP"
	ItemDeposit       = "DEPOSIT"
)

// Natures of an item.
const (
	// NatureCharge: a charge in the agreement's sense.
	NatureCharge = "CHARGE"
	// NatureRecurrentSum: a sum that is measured in recurrent charges.
	NatureRecurrentSum = "RECURRENT_SUM"
	// NatureOther: other money, such as damages and replacement prices.
	NatureOther = "OTHER"
	// NatureTax: a tax on a charge.
	NatureTax = "TAX"
	// NatureInterest: interest itself.
	NatureInterest = "INTEREST"
	// NatureSecurity: money held, not earned.
	NatureSecurity = "SECURITY"
)

// Charging says what is charged, when, and in which periods.
type Charging struct {
	// Clause that defines charges.
	Clause string `json:"clause,omitempty"`
	// One entry per item.
	Items []ChargeItem `json:"items,omitempty"`
	// The periods of recurrent charges.
	Period *ChargePeriod `json:"period,omitempty"`
	// Where and how a line is rounded, for example HALF_UP_2DP_PER_LINE.
	Rounding Setting `json:"rounding,omitzero"`
	// Price that a multiple of months takes.
	MultipleBasis Setting `json:"multiple_basis,omitzero"`
	// True where a set-up charge is a one-off charge as well.
	SetupIsOneOff Setting `json:"setup_is_one_off,omitzero" is:"boolean"`
	// CREDIT_NOTE or NONE: prepaid days after an end.
	PrepaidRefund Setting `json:"prepaid_refund,omitzero"`
	// Which sums that are no charges bear interest: RECURRENT_BASED_ONLY, ALL or
	// NONE.
	InterestOnCompensation Setting `json:"interest_on_compensation,omitzero"`
	// Clause under which charges are the customer's whoever acted, for example
	// through a stolen login name.
	ActorClause string `json:"actor_clause,omitempty"`
}

// ChargeItem says when an item is charged and what it is.
type ChargeItem struct {
	// The item.
	Item string `json:"item,omitempty" words:"ONE_OFF|SETUP|RECURRENT|USAGE|OTHER_RELATED|OVERAGE|RESTORATION|SUSPENSION_FEE|COMPENSATION|DAMAGES|REPLACEMENT|INDEMNITY|INTEREST|TAX|GROSS_UP|DEPOSIT"`
	// Clause.
	Clause string `json:"clause,omitempty"`
	// Further clauses under which it arises.
	Clauses []string `json:"clauses,omitempty"`
	// When it is charged.
	Timing string `json:"timing,omitempty" words:"AT_ORDER|AT_COMMENCEMENT|PERIOD_START|PERIOD_END|AT_EVENT|WITH_CHARGE"`
	// Reading that may move it from timing to another moment; empty for none.
	TimingReading string `json:"timing_reading,omitempty"`
	// What kind of money it is.
	Nature string `json:"nature,omitempty" words:"CHARGE|RECURRENT_SUM|OTHER|TAX|INTEREST|SECURITY"`
	// True where the item is taxed.
	Taxed bool `json:"taxed,omitempty"`
	// True where the price or amount must be agreed or quoted first.
	NeedsAgreement bool `json:"needs_agreement,omitempty"`
	// Readings that decide how the item is charged.
	Readings []string `json:"readings,omitempty"`
}

// ChargePeriod is the rhythm of recurrent charges.
type ChargePeriod struct {
	// Clause.
	Clause string `json:"clause,omitempty"`
	// Months of a period where the order states none.
	Months Setting `json:"months,omitzero" is:"integer"`
	// SCD_ANNIVERSARY or CALENDAR_MONTH.
	Anchor Setting `json:"anchor,omitzero"`
	// PRORATA_F or FULL_MONTH for a part of a period.
	Partial Setting `json:"partial,omitzero"`
}

// Item is the entry for an item; false where the agreement has none.
func (c *Charging) Item(item string) (ChargeItem, bool) {
	if c == nil {
		return ChargeItem{}, false
	}
	for _, i := range c.Items {
		if i.Item == item {
			return i, true
		}
	}
	return ChargeItem{}, false
}
