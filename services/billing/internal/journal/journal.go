// Package journal is the double-entry book of the ledger: every movement of money
// as postings that sum to zero. Entries are added and never changed.
package journal

import (
	"cmp"
	"slices"

	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms"
)

// Books of the ledger.
const (
	Receivable       = "RECEIVABLE"
	Revenue          = "REVENUE"
	InterestIncome   = "INTEREST_INCOME"
	Cash             = "CASH"
	DepositLiability = "DEPOSIT_LIABILITY"
	CustomerCredit   = "CUSTOMER_CREDIT"
	Compensation     = "COMPENSATION_INCOME"
	TaxPayable       = "TAX_PAYABLE"
	Refund           = "REFUND"
)

// Posting is one side of an entry: positive debits, negative credits.
type Posting struct {
	Book   string      `json:"book"`
	Amount money.Money `json:"amount"`
}

// Entry is postings that sum to zero; zero sides are left out.
type Entry []Posting

// Balanced tells whether the postings sum to zero.
func (e Entry) Balanced() bool {
	sum := money.Money{}
	for _, p := range e {
		sum = sum.Add(p.Amount)
	}
	return sum.IsZero()
}

// pair debits one book and credits another; a negative amount is the reverse.
func pair(debit, credit string, amount money.Money) Entry {
	if amount.IsZero() {
		return nil
	}
	return Entry{{debit, amount}, {credit, amount.Neg()}}
}

// income is the book of an item.
func income(item string) string {
	switch item {
	case terms.ItemInterest:
		return InterestIncome
	case terms.ItemTax:
		return TaxPayable
	case terms.ItemCompensation, terms.ItemDamages, terms.ItemReplacement, terms.ItemIndemnity:
		return Compensation
	}
	return Revenue
}

// Issue books a document: what is owed against its income. A credit note makes
// credit of the customer's.
func Issue(i invoicing.Invoice) Entry {
	sums := map[string]money.Money{}
	for _, l := range i.Lines {
		b := income(l.Item)
		sums[b] = sums[b].Sub(l.Amount)
	}
	owed := Receivable
	if i.Total.Sign() < 0 {
		owed = CustomerCredit
	}
	sums[owed] = sums[owed].Add(i.Total)
	return entry(sums)
}

func entry(sums map[string]money.Money) Entry {
	var out Entry
	for b, m := range sums {
		if !m.IsZero() {
			out = append(out, Posting{b, m})
		}
	}
	slices.SortFunc(out, func(a, b Posting) int {
		return cmp.Or(-cmp.Compare(a.Amount.Sign(), b.Amount.Sign()), cmp.Compare(a.Book, b.Book))
	})
	return out
}

// Payment books money received: part of it settles documents, the rest is credit.
func Payment(settled, credit money.Money) Entry {
	return append(pair(Cash, Receivable, settled), pair(Cash, CustomerCredit, credit)...)
}

// Apply books credit that settles documents; a negative amount takes it back.
func Apply(amount money.Money) Entry { return pair(CustomerCredit, Receivable, amount) }

// DepositIn books a deposit received, DepositDraw its use for documents.
func DepositIn(amount money.Money) Entry { return pair(Cash, DepositLiability, amount) }

// DepositDraw books the use of a deposit for documents.
func DepositDraw(amount money.Money) Entry { return pair(DepositLiability, Receivable, amount) }

// DepositOut books the return of a deposit and the costs kept from it, which
// repay what the provider laid out.
func DepositOut(refund, kept money.Money) Entry {
	return append(pair(DepositLiability, Cash, refund), pair(DepositLiability, Cash, kept)...)
}

// CreditOut books leftover credit that is to be paid back.
func CreditOut(amount money.Money) Entry { return pair(CustomerCredit, Refund, amount) }
