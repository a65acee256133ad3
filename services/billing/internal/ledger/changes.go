package ledger

import (
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
)

// The types of the ledger's changes, as the feed names them.
const (
	TypeChargeRecorded       = "charge_recorded"
	TypeInvoiceIssued        = "invoice_issued"
	TypeInvoiceSettled       = "invoice_settled"
	TypeInvoiceOverdue       = "invoice_overdue"
	TypeStrikeRecorded       = "strike_recorded"
	TypeAccountOverdue       = "account_overdue"
	TypeAccountCleared       = "account_cleared"
	TypePaymentRecorded      = "payment_recorded"
	TypeDepositDemanded      = "deposit_demanded"
	TypeDepositHeld          = "deposit_held"
	TypeDepositDefaulted     = "deposit_defaulted"
	TypeDepositDrawn         = "deposit_drawn"
	TypeDepositRefundDue     = "deposit_refund_due"
	TypeDepositRefunded      = "deposit_refunded"
	TypeCompensationAssessed = "compensation_assessed"
	TypeChargeParked         = "charge_parked"
)

// ChargeRecorded says that a charge was written. Names are resource names.
type ChargeRecorded struct {
	Account, Charge, Identity string
	Amount                    money.Money
	Item, Clause              string
}

// InvoiceIssued says that a document was issued.
type InvoiceIssued struct {
	Account, Invoice string
	Date, Due        date.Date
	Total            money.Money
	Kind             string
	Identities       []string
}

// InvoiceSettled says that a document is paid in full.
type InvoiceSettled struct {
	Account, Invoice string
	Paid             date.Date
	Identities       []string
}

// InvoiceOverdue says that a due date passed with something unpaid.
type InvoiceOverdue struct {
	Account, Invoice string
	Due              date.Date
	Open             money.Money
}

// StrikeRecorded says that a failure to pay in time was counted.
type StrikeRecorded struct {
	Account, Invoice string
	Date             date.Date
	Strikes          int
	Demandable       bool
}

// AccountOverdue says since when an account is in arrears.
type AccountOverdue struct {
	Account          string
	Since, OldestDue date.Date
	Open             money.Money
	Subscriptions    []string
}

// AccountCleared says that nothing is overdue any more.
type AccountCleared struct {
	Account string
	Cleared date.Date
}

// PaymentRecorded says that money was received.
type PaymentRecorded struct {
	Account, Payment string
	ValueDate        date.Date
	Amount           money.Money
}

// DepositDemanded says that a deposit or top-up was demanded.
type DepositDemanded struct {
	Account          string
	Amount           money.Money
	Demand, Deadline date.Date
	TopUp            bool
}

// DepositHeld says that the deposit is complete.
type DepositHeld struct {
	Account string
	Balance money.Money
}

// DepositDefaulted says that the time to provide or top up passed.
type DepositDefaulted struct {
	Account   string
	Shortfall money.Money
	Deadline  date.Date
}

// DepositDrawn says that the deposit was used.
type DepositDrawn struct {
	Account         string
	Amount, Balance money.Money
	ValueDate       date.Date
}

// DepositRefundDue says that the deposit is to be returned.
type DepositRefundDue struct {
	Account  string
	Amount   money.Money
	Deadline date.Date
}

// DepositRefunded says that the deposit was returned.
type DepositRefunded struct {
	Account   string
	Amount    money.Money
	ValueDate date.Date
}

// CompensationAssessed says what an end costs the customer.
type CompensationAssessed struct {
	Account, Subscription string
	Amount                money.Money
	Clause                string
}

// ChargeParked says that a charge cannot be computed and why.
type ChargeParked struct {
	Account, Identity, Reason string
}
