package terms

// Invoicing says when invoices are made, due and paid.
type Invoicing struct {
	// Clause on making invoices.
	Clause string `json:"clause,omitempty"`
	// Clause on the due date.
	DueClause string `json:"due_clause,omitempty"`
	// How the due date is found.
	DueRule string `json:"due_rule,omitempty" words:"DAYS_AFTER|END_OF_NEXT_MONTH|AS_ORDERED"`
	// Days for DAYS_AFTER.
	DueDays int32 `json:"due_days,omitempty"`
	// Day from which they are counted, for example INVOICE_DATE.
	DueFrom Setting `json:"due_from,omitzero"`
	// True where an invoice may carry a date before its day of issue.
	Backdate Setting `json:"backdate,omitzero" is:"boolean"`
	// Channels by which an invoice may go.
	Channels []string `json:"channels,omitempty" words:"EMAIL|POST|PORTAL"`
	// True where a missed invoice stays billable.
	MissedStaysBillable bool `json:"missed_stays_billable,omitempty"`
	// True where the end of a service makes an invoice on the same day.
	ClosingInvoice bool `json:"closing_invoice,omitempty"`
	// Clause on what late payment is.
	OverdueClause string `json:"overdue_clause,omitempty"`
	// Shortfall in major units that still counts as paid.
	Tolerance Setting `json:"tolerance,omitzero" is:"decimal"`
	// Clause on what payment is.
	PaymentClause string `json:"payment_clause,omitempty"`
	// Hour by which a payment counts for its day, for example END_OF_DAY_LOCAL.
	PaymentCutoff Setting `json:"payment_cutoff,omitzero"`
	// Order in which a payment meets debts.
	Allocation Setting `json:"allocation,omitzero"`
	// Clauses on which payment goes on whatever hinders it.
	NoExcuseClause string `json:"no_excuse_clause,omitempty"`
	// True where a dispute stops payment and its consequences.
	DisputeStays Setting `json:"dispute_stays,omitzero" is:"boolean"`
	// True where charges go on while force majeure prevents supply.
	ChargeInForceMajeure Setting `json:"charge_in_force_majeure,omitzero" is:"boolean"`
}

// Tax says who bears taxes and deductions.
type Tax struct {
	// Clause.
	Clause string `json:"clause,omitempty"`
	// True where prices include the tax.
	Inclusive bool `json:"inclusive,omitempty"`
	// Rate where the order states none, as a decimal; empty for none.
	DefaultRate string `json:"default_rate,omitempty" format:"decimal"`
	// True where the customer makes a deduction good.
	GrossUp bool `json:"gross_up,omitempty"`
	// GROSS or NET: what a withholding rate is taken of.
	WithholdingBase Setting `json:"withholding_base,omitzero"`
	// True where tax is computed on the grossed-up sum.
	TaxOnGrossUp Setting `json:"tax_on_gross_up,omitzero" is:"boolean"`
	// True where bank charges are deductions.
	BankChargesAreDeductions Setting `json:"bank_charges_are_deductions,omitzero" is:"boolean"`
}

// Interest says what late payment costs.
type Interest struct {
	// Clause.
	Clause string `json:"clause,omitempty"`
	// Rate for one step as a decimal, for example "0.015".
	Rate string `json:"rate,omitempty" format:"decimal"`
	// The step.
	Per string `json:"per,omitempty" words:"MONTH|DAY"`
	// SIMPLE or COMPOUND_MONTHLY.
	Method Setting `json:"method,omitzero"`
	// How part months count, for example ANNIVERSARY_ACTUAL.
	DayBasis Setting `json:"day_basis,omitzero"`
	// DUE_DATE_INCLUDED or DAY_AFTER: the first day that counts.
	Start Setting `json:"start,omitzero"`
	// Where interest starts on a debt that fell due by termination.
	StartOnAcceleration Setting `json:"start_on_acceleration,omitzero"`
	// OUTSTANDING_BALANCE or ORIGINAL_AMOUNT.
	Base Setting `json:"base,omitzero"`
	// True where tax on a charge bears interest too.
	BaseIncludesTax Setting `json:"base_includes_tax,omitzero" is:"boolean"`
	// Whether interest is billed by itself or on the provider's decision.
	Election Setting `json:"election,omitzero"`
	// Greatest interest as a share of its base, as a decimal; empty for none.
	Cap string `json:"cap,omitempty" format:"decimal"`
}
