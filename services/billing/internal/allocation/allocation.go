// Package allocation applies money received to documents: first those that the
// payer names, then the oldest charges, then other money, then interest; what is
// left is credit (readings payment_allocation of cpc/10(a) and deposit_draw_order
// of cpc/13).
package allocation

import (
	"cmp"
	"slices"
	"strings"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
)

// Open is a document that is not settled.
type Open struct {
	ID  string
	Due date.Date
	// What is open of charges, of other money such as damages, and of interest.
	Charges, Other, Interest money.Money
}

// parts are what is open, in the order in which receipts meet it.
func (o *Open) parts() [3]*money.Money { return [3]*money.Money{&o.Charges, &o.Other, &o.Interest} }

// Share is a part of a receipt applied to a document.
type Share struct {
	ID     string      `json:"id"`
	Amount money.Money `json:"amount"`
}

// Apply spreads an amount over open documents and says what is left. Documents
// come back in the order in which they were met, each once.
func Apply(open []Open, amount money.Money, named []string) ([]Share, money.Money) {
	left := make([]Open, len(open))
	copy(left, open)
	slices.SortStableFunc(left, func(a, b Open) int { return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.ID, b.ID)) })
	var order []string
	got := map[string]money.Money{}
	take := func(id string, from *money.Money) {
		part := money.Min(amount, *from)
		if part.Sign() <= 0 {
			return
		}
		if _, seen := got[id]; !seen {
			order = append(order, id)
			got[id] = money.Zero(part.Currency)
		}
		got[id], amount, *from = got[id].Add(part), amount.Sub(part), from.Sub(part)
	}
	for _, id := range named {
		for i := range left {
			if left[i].ID == id {
				for _, part := range left[i].parts() {
					take(id, part)
				}
			}
		}
	}
	for class := range 3 {
		for i := range left {
			take(left[i].ID, left[i].parts()[class])
		}
	}
	var out []Share
	for _, id := range order {
		out = append(out, Share{ID: id, Amount: got[id]})
	}
	return out, amount
}

// Doc is a document in a replay.
type Doc struct {
	ID                       string
	Issued, Due              date.Date
	Charges, Other, Interest money.Money
}

// Receipt is money that meets documents: a payment, a credit note or a draw on
// the deposit.
type Receipt struct {
	ID   string
	Date date.Date
	// Amount is what was received.
	Amount money.Money
	// Named are the documents that the payer named, met first. Only tells that it
	// meets these alone, in the order of their due dates: what is left of it is no
	// credit for others.
	Named []string
	Only  bool
}

// Settlement is a part of a document met by a receipt.
type Settlement struct {
	Receipt string
	Date    date.Date
	Amount  money.Money
}

// Result is where everything stands after a replay.
type Result struct {
	// Settled is by document, in the order of days; Left by receipt.
	Settled map[string][]Settlement
	Left    map[string]money.Money
}

// moment is a step of a replay.
type moment struct {
	on      date.Date
	doc     *Doc
	receipt *Receipt
}

// Replay applies all receipts to all documents in the order of the days that
// count, so that the order in which they were recorded changes nothing. A
// document that is issued while there is credit is met by it at once.
func Replay(docs []Doc, receipts []Receipt) Result {
	res := Result{Settled: map[string][]Settlement{}, Left: map[string]money.Money{}}
	var open []Open
	var credits []*Receipt
	for _, m := range timeline(docs, receipts) {
		if m.doc != nil {
			open = append(open, Open{ID: m.doc.ID, Due: m.doc.Due, Charges: m.doc.Charges, Other: m.doc.Other, Interest: m.doc.Interest})
			for _, c := range credits {
				res.meet(open, c, res.Left[c.ID], date.Max(m.on, c.Date))
			}
			continue
		}
		res.Left[m.receipt.ID] = m.receipt.Amount
		res.meet(open, m.receipt, m.receipt.Amount, m.on)
		if !m.receipt.Only {
			credits = append(credits, m.receipt)
		}
	}
	return res
}

// timeline orders documents and receipts by day; documents come first on a day.
// A receipt waits for the documents that it names.
func timeline(docs []Doc, receipts []Receipt) []moment {
	issued := map[string]date.Date{}
	var out []moment
	for i := range docs {
		issued[docs[i].ID] = docs[i].Issued
		out = append(out, moment{on: docs[i].Issued, doc: &docs[i]})
	}
	for i := range receipts {
		on := receipts[i].Date
		for _, n := range receipts[i].Named {
			on = date.Max(on, issued[n])
		}
		out = append(out, moment{on: on, receipt: &receipts[i]})
	}
	slices.SortStableFunc(out, func(a, b moment) int {
		return cmp.Or(a.on.Compare(b.on), cmp.Compare(a.rank(), b.rank()), strings.Compare(a.id(), b.id()))
	})
	return out
}

func (m moment) rank() int {
	if m.doc != nil {
		return 0
	}
	return 1
}

func (m moment) id() string {
	if m.doc != nil {
		return m.doc.ID
	}
	return m.receipt.ID
}

// meet applies what is left of a receipt and keeps the books of open documents.
func (r *Result) meet(open []Open, rec *Receipt, amount money.Money, on date.Date) {
	if amount.Sign() <= 0 {
		return
	}
	docs, named := open, rec.Named
	if rec.Only {
		docs, named = only(open, rec.Named), nil
	}
	shares, left := Apply(docs, amount, named)
	r.Left[rec.ID] = left
	for _, s := range shares {
		r.Settled[s.ID] = append(r.Settled[s.ID], Settlement{Receipt: rec.ID, Date: on, Amount: s.Amount})
		for i := range open {
			if open[i].ID == s.ID {
				rest := s.Amount
				for _, part := range open[i].parts() {
					met := money.Min(rest, *part)
					*part, rest = part.Sub(met), rest.Sub(met)
				}
			}
		}
	}
}

func only(open []Open, named []string) []Open {
	var out []Open
	for _, o := range open {
		if slices.Contains(named, o.ID) {
			out = append(out, o)
		}
	}
	return out
}
