// Package ledger holds the nouns of the ledger: accounts, services as they are
// billed, charges, documents, receipts and the journal, and the facts that their
// changes publish. It decides nothing.
package ledger

import (
	"strconv"
	"strings"
	"time"

	"cloudpact.dev/services/billing/internal/allocation"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/charging"
	"cloudpact.dev/services/billing/internal/deposit"
	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/journal"
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
)

// MainAccount is the id of a contract's one account.
const MainAccount = "main"

// AccountKey tells one account from all others.
type AccountKey struct {
	book.ContractKey
	Account string `json:"account"`
}

// MainOf is the account of a contract.
func MainOf(k book.ContractKey) AccountKey { return AccountKey{ContractKey: k, Account: MainAccount} }

// Name is ".../contracts/{contract}/accounts/{account}".
func (k AccountKey) Name() string { return k.ContractKey.Name() + "/accounts/" + k.Account }

// Invoice is the name of a document of the account.
func (k AccountKey) Invoice(id string) string { return k.Name() + "/invoices/" + id }

// Payment is the name of a payment.
func (k AccountKey) Payment(id string) string { return k.Name() + "/payments/" + id }

// Charge is the name of a charge.
func (k AccountKey) Charge(id string) string { return k.Name() + "/charges/" + id }

// Entry is the name of a journal entry.
func (k AccountKey) Entry(id string) string { return k.Name() + "/journalEntries/" + id }

// Deposit is the name of the deposit, Movement that of a movement.
func (k AccountKey) Deposit() string { return k.Name() + "/deposit" }

// Movement is the name of a movement of the deposit.
func (k AccountKey) Movement(id string) string { return k.Deposit() + "/movements/" + id }

// Last is the last segment of a resource name.
func Last(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// Epoch is the readings in force from a day on, those that differ from their
// defaults.
type Epoch struct {
	From     date.Date         `json:"from"`
	Readings map[string]string `json:"readings,omitempty"`
}

// Account is one debt ledger inside a contract.
type Account struct {
	AccountKey
	Currency string `json:"currency"`
	// Revision and Hash name the terms; Epochs are the readings by day, the first
	// from the beginning.
	Revision string  `json:"revision"`
	Hash     string  `json:"hash"`
	Epochs   []Epoch `json:"epochs"`
	// Opened is the day on which the contract was concluded.
	Opened date.Date `json:"opened"`
	// ContractEnd is the last day of the contract once it has ended.
	ContractEnd date.Date `json:"contract_end,omitzero"`
	// Credit is the sum of what is left of receipts.
	Credit money.Money `json:"credit"`
	// Strikes are the failures to pay in time, oldest first.
	Strikes []Strike `json:"strikes,omitempty"`
	// Since is the first late day that was published as overdue; zero when clear.
	Since     date.Date       `json:"since,omitzero"`
	OldestDue date.Date       `json:"oldest_due,omitzero"`
	Deposit   deposit.Deposit `json:"deposit"`
	// RefundDue is the day on which the refund became free to pay, zero before.
	RefundFree date.Date `json:"refund_free,omitzero"`
	// LastReceipt is the last receipt in the order in which a replay meets them.
	LastReceipt ReceiptOrder `json:"last_receipt,omitzero"`
	// Entries counts the journal's entries, Charges the charges.
	Entries int64 `json:"entries"`
	Charges int64 `json:"charges"`
	Version int64 `json:"version"`
}

// Strike is one failure to pay in time.
type Strike struct {
	Invoice string    `json:"invoice"`
	Due     date.Date `json:"due"`
}

// ReceiptOrder is a receipt's place in a replay.
type ReceiptOrder struct {
	Date date.Date `json:"date"`
	ID   string    `json:"id"`
}

// Before tells whether o comes before p.
func (o ReceiptOrder) Before(p ReceiptOrder) bool {
	if o.Date != p.Date {
		return o.Date.Before(p.Date)
	}
	return o.ID < p.ID
}

// Service is a subscription as the account bills it.
type Service struct {
	AccountKey
	Sub tariff.Subscription `json:"sub"`
	// Through is the day to which the charges of these facts were computed; zero
	// when the facts have changed since.
	Through date.Date `json:"through,omitzero"`
	// BilledTo is the last day on which a regular document was made.
	BilledTo date.Date `json:"billed_to,omitzero"`
	// Closed tells that the closing document was made.
	Closed bool `json:"closed,omitempty"`
	// Parked are the charges that wait for a fact.
	Parked  []charging.Parked `json:"parked,omitempty"`
	Version int64             `json:"version"`
}

// Charge is one written charge.
type Charge struct {
	Key AccountKey `json:"key"`
	ID  string     `json:"id"`
	// Place counts the account's charges.
	Place int64 `json:"place"`
	charging.Entry
	// Invoice is the id of the document that carries it, "" while none does.
	Invoice string `json:"invoice,omitempty"`
	Version int64  `json:"version"`
}

// Invoice is a document of the account.
type Invoice struct {
	AccountKey
	invoicing.Invoice
	IssueTime time.Time `json:"issue_time"`
	// Overdue tells that the due date passed with charges unpaid.
	Overdue bool `json:"overdue,omitempty"`
	// Live tells that something is open or that interest may still be owed.
	Live    bool  `json:"live,omitempty"`
	Version int64 `json:"version"`
}

// Name is the resource name.
func (i Invoice) Name() string { return i.AccountKey.Invoice(i.ID) }

// Receipt kinds.
const (
	ReceiptPayment = "PAYMENT"
	ReceiptCredit  = "CREDIT"
	ReceiptDraw    = "DRAW"
)

// Receipt is money that meets documents: a payment, a credit note, a draw.
type Receipt struct {
	AccountKey
	Kind string `json:"kind"`
	ID   string `json:"id"`
	// Source is the resource name.
	Source string      `json:"source"`
	Date   date.Date   `json:"date"`
	Amount money.Money `json:"amount"`
	Named  []string    `json:"named,omitempty"`
	Only   bool        `json:"only,omitempty"`
	// Corrects tells that the named documents asked for what was never owed.
	Corrects bool `json:"corrects,omitempty"`
	// Shares is what it settled by document id, Left what is credit.
	Shares []allocation.Share `json:"shares,omitempty"`
	Left   money.Money        `json:"left"`
	// Refunded is credit that was paid back at the end.
	Refunded  money.Money `json:"refunded,omitzero"`
	Reference string      `json:"reference,omitempty"`
	// RequestID is the caller's, kept for ever.
	RequestID string `json:"request_id,omitempty"`
	Version   int64  `json:"version"`
}

// Order is the receipt's place in a replay.
func (r Receipt) Order() ReceiptOrder { return ReceiptOrder{Date: r.Date, ID: r.Kind + "/" + r.ID} }

// Entry is one entry of the journal.
type Entry struct {
	AccountKey
	ID     string `json:"id"`
	Number int64  `json:"number"`
	// Date is the contract day, RecordTime the clock at commit.
	Date       date.Date     `json:"date"`
	RecordTime time.Time     `json:"record_time"`
	Document   string        `json:"document"`
	Postings   journal.Entry `json:"postings"`
}

// EntryID is the id of the n-th entry.
func EntryID(n int64) string { return "e-" + strconv.FormatInt(n, 10) }

// Usage is one metered record.
type Usage struct {
	book.SubscriptionKey
	ID        string    `json:"id"`
	Meter     string    `json:"meter"`
	Unit      string    `json:"unit,omitempty"`
	Day       date.Date `json:"day"`
	Time      time.Time `json:"time"`
	Quantity  string    `json:"quantity"`
	RequestID string    `json:"request_id,omitempty"`
}

// Event is a fact that is charged once.
type Event struct {
	Key AccountKey `json:"key"`
	charging.Event
	// Evidence refers to papers; never in the feed.
	Evidence string `json:"evidence,omitempty"`
	Version  int64  `json:"version"`
}

// ChargeFilter chooses charges; empty fields do not choose.
type ChargeFilter struct {
	Identity, Subscription string
	AfterPlace             int64
	Limit                  int
}

// Total is what was written under one identity.
type Total struct {
	Sequence int
	Amount   money.Money
}
