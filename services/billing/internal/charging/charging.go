// Package charging says what should have been charged: a pure function of the
// terms, the facts and a day, each charge under a stable identity; and what must
// still be written where something else was charged before. Issued charges are
// never rewritten, only differences are added (cpc/1#charges, cpc/4, cpc/8).
package charging

import (
	"cmp"
	"slices"
	"strings"

	"cloudpact.dev/services/billing/internal/compensation"
	"cloudpact.dev/services/billing/internal/indemnity"
	"cloudpact.dev/services/billing/internal/replacement"
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/billing/internal/tax"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
)

// Charge is one thing owed.
type Charge struct {
	// Identity is stable: subscription/clause/item/period and its like.
	Identity string `json:"identity"`
	// Subscription and Unit are ids, Item an item of the charging policy.
	Subscription string      `json:"subscription,omitempty"`
	Unit         string      `json:"unit,omitempty"`
	Item         string      `json:"item"`
	Clause       string      `json:"clause"`
	Amount       money.Money `json:"amount"`
	Period       date.Span   `json:"period,omitzero"`
	// Date is the day it arose.
	Date date.Date `json:"date"`
	// Bears tells that late payment of it bears interest.
	Bears bool `json:"bears,omitempty"`
	// Separate charges go on a document of their own, payable by PayBy (zero: by
	// the terms' due date).
	Separate bool      `json:"separate,omitempty"`
	PayBy    date.Date `json:"pay_by,omitzero"`
	// Memo tells that it is evidence for another charge and owed by itself not.
	Memo        bool                `json:"memo,omitempty"`
	Explanation explain.Explanation `json:"explanation"`
	Note        string              `json:"note,omitempty"`
}

// Event is a recorded fact that is charged once.
type Event struct {
	Identity     string    `json:"identity"`
	Item         string    `json:"item"`
	Clause       string    `json:"clause"`
	Subscription string    `json:"subscription,omitempty"`
	Unit         string    `json:"unit,omitempty"`
	Date         date.Date `json:"date"`
	// Amount is in major units of the account's currency.
	Amount money.Money `json:"amount"`
	// Unpriced tells that the amount is not agreed yet: the charge is parked.
	Unpriced bool `json:"unpriced,omitempty"`
	// Withdrawn tells that nothing is owed any more.
	Withdrawn bool      `json:"withdrawn,omitempty"`
	Separate  bool      `json:"separate,omitempty"`
	PayBy     date.Date `json:"pay_by,omitzero"`
	Memo      bool      `json:"memo,omitempty"`
	Note      string    `json:"note,omitempty"`
}

// Usage is what was metered on one day.
type Usage struct {
	Meter    string      `json:"meter"`
	Unit     string      `json:"unit,omitempty"`
	Day      date.Date   `json:"day"`
	Quantity ratio.Ratio `json:"quantity"`
}

// Facts is what is known of one subscription, or with a zero Subscription of
// what belongs to the account as such.
type Facts struct {
	Currency     string
	Subscription tariff.Subscription
	Usage        []Usage
	Events       []Event
	// Paid is what was paid for the service before it commenced.
	Paid money.Money
}

// Window chooses the charges that arose after one day and up to another. A zero
// After means from the beginning.
type Window struct {
	After, Through date.Date
}

func (w Window) holds(d date.Date) bool {
	return !d.After(w.Through) && (w.After.IsZero() || d.After(w.After))
}

// Parked is a charge that cannot be computed yet, and why.
type Parked struct {
	Identity string `json:"identity"`
	Reason   string `json:"reason"`
}

// ReasonPriceMissing: the price of a use is not agreed yet.
const ReasonPriceMissing = "PRICE_NOT_AGREED"

// maker collects the charges of one call.
type maker struct {
	r      terms.Resolved
	f      Facts
	w      Window
	out    []Charge
	parked []Parked
}

// Should is every charge that should have been made of the facts by the end of
// the window, in the order in which they arose. Nothing is charged for a service
// while its commencement date may move.
func Should(r terms.Resolved, f Facts, w Window) ([]Charge, []Parked) {
	m := &maker{r: r, f: f, w: w}
	s := f.Subscription
	switch {
	case s.Cancelled:
		m.cancelled()
	case s.Commenced():
		end := m.end()
		m.once(end)
		m.recurrent(end)
		m.usage()
		m.compensation()
	case !s.LastDay.IsZero() && s.Commencement.IsZero():
		m.compensation()
	}
	for _, e := range f.Events {
		m.event(e)
	}
	m.taxes()
	slices.SortStableFunc(m.out, func(a, b Charge) int {
		return cmp.Or(a.Date.Compare(b.Date), strings.Compare(a.Identity, b.Identity))
	})
	return m.out, m.parked
}

// add completes and keeps a charge that lies in the window.
func (m *maker) add(c Charge) {
	if !m.w.holds(c.Date) || c.Amount.IsZero() && len(c.Explanation.Steps) == 0 {
		return
	}
	c.Subscription = m.f.Subscription.ID
	c.Bears, _ = m.r.BearsInterest(c.Item)
	m.out = append(m.out, c)
}

// end is the first day that is not charged, zero while none is fixed. Prepaid
// days after the last day of service are taken back where the terms say so;
// where a compensation covers those days they count once.
func (m *maker) end() date.Date {
	s := m.f.Subscription
	if s.LastDay.IsZero() {
		return date.Date{}
	}
	end := s.LastDay.AddDays(1)
	back := m.r.Is(m.r.Charging.PrepaidRefund, "CREDIT_NOTE")
	if m.r.Compensation != nil && compensation.Assess(m.r, s, m.f.Currency).Amount.Sign() > 0 {
		back = m.r.Flag(m.r.Compensation.NetOfPrepaid)
	}
	if back || end.Before(s.Commencement) {
		return end
	}
	return m.periodEnd(end)
}

// periodEnd is the end of the billing month that has begun before a day.
func (m *maker) periodEnd(end date.Date) date.Date {
	rates := tariff.Rates{R: m.r, S: m.f.Subscription}
	month := date.WholeMonths(rates.Anchor(), date.Max(end.AddDays(-1), m.f.Subscription.Commencement), rates.Rule())
	return rates.Anchor().AddMonths(month+1, rates.Rule())
}

// once makes the one-off and set-up charges at commencement, for a unit that
// came later at its own first day. A unit that replaces another is not set up
// again.
func (m *maker) once(end date.Date) {
	s := m.f.Subscription
	for _, p := range s.Prices {
		if p.Item != terms.ItemOneOff && p.Item != terms.ItemSetup {
			continue
		}
		if !p.PerUnit {
			m.oneOff(p, "", s.Commencement)
			continue
		}
		for _, u := range s.Units {
			if from := s.Service(u).From; u.Replaces == "" && (end.IsZero() || from.Before(end)) {
				m.oneOff(p, u.ID, from)
			}
		}
	}
}

func (m *maker) oneOff(p tariff.Price, unit string, on date.Date) {
	item, _ := m.r.Charging.Item(p.Item)
	mode, _ := m.r.MoneyMode()
	b := explain.New()
	v := b.Fact(m.priceName(p), p.Amount).In(m.f.Currency)
	v = b.RoundMoney(v, m.f.Currency, mode).Cite(tariff.Rounded(m.r, item.Clause, item.TimingReading)...).Note("stated in the order, charged once")
	m.add(Charge{
		Identity: m.identity(item.Clause, p.ID, unit, "once"), Unit: unit, Item: p.Item, Clause: item.Clause, Amount: v.Money(m.f.Currency),
		Date: on, Explanation: b.Explanation(v), Note: words(p.Item) + " " + p.ID + ofUnit(unit),
	})
}

func (m *maker) priceName(p tariff.Price) string {
	return "subscriptions/" + m.f.Subscription.ID + "/prices/" + p.ID + "#amount"
}

// identity joins the parts of a stable identity; empty ones are left out.
func (m *maker) identity(parts ...string) string {
	id := m.f.Subscription.ID
	for _, p := range parts {
		if p != "" {
			id += "/" + p
		}
	}
	return id
}

// words names an item for readers.
func words(item string) string {
	w := strings.ToLower(strings.ReplaceAll(item, "_", " "))
	return strings.ToUpper(w[:1]) + w[1:] + " charge"
}

func ofUnit(unit string) string {
	if unit == "" {
		return ""
	}
	return " of unit " + unit
}

// compensation makes the price of the end once the last day has passed.
func (m *maker) compensation() {
	s := m.f.Subscription
	if m.r.Compensation == nil || s.LastDay.IsZero() || !m.w.holds(s.LastDay.AddDays(1)) {
		return
	}
	a := compensation.Assess(m.r, s, m.f.Currency)
	if a.Amount.IsZero() {
		return
	}
	note := "Compensation for the end on " + s.LastDay.String()
	if a.Review {
		note += "; exceeds twelve monthly recurrent charges, have it reviewed"
	}
	m.add(Charge{
		Identity: "compensation/" + s.ID, Item: terms.ItemCompensation, Clause: a.Clause, Amount: a.Amount, Date: s.LastDay.AddDays(1),
		Explanation: a.Explanation, Note: note,
	})
}

// cancelled makes the damages for a cancellation before commencement. Costs of
// third parties are events under a limb's clause.
func (m *maker) cancelled() {
	s := m.f.Subscription
	c := m.r.Cancellation
	if c == nil {
		return
	}
	var costs []compensation.Cost
	for _, e := range m.f.Events {
		if e.Memo && !e.Withdrawn && e.Item == terms.ItemDamages {
			costs = append(costs, compensation.Cost{Name: e.Identity + "#amount", Amount: e.Amount})
		}
	}
	a := compensation.Cancelled(m.r, s, costs, m.f.Paid, m.f.Currency)
	if a.Amount.IsZero() {
		return
	}
	m.add(Charge{
		Identity: "damages/" + s.ID, Item: terms.ItemDamages, Clause: a.Clause, Amount: a.Amount, Date: s.CancelDate, Separate: true,
		PayBy: compensation.PayBy(m.r, s.CancelDate, date.Date{}), Explanation: a.Explanation, Note: "Damages for the cancellation before commencement",
	})
}

// event makes the charge of a recorded fact.
func (m *maker) event(e Event) {
	if e.Unpriced && !e.Withdrawn {
		m.parked = append(m.parked, Parked{Identity: e.Identity, Reason: ReasonPriceMissing})
		return
	}
	if e.Withdrawn || e.Memo || e.Amount.IsZero() {
		return
	}
	item, _ := m.r.Charging.Item(e.Item)
	b := explain.New(m.cites(e, item)...)
	v := b.FactMoney(e.Identity+"#amount", e.Amount)
	m.add(Charge{
		Identity: e.Identity, Unit: e.Unit, Item: e.Item, Clause: e.Clause, Amount: e.Amount, Date: e.Date, Separate: e.Separate, PayBy: e.PayBy,
		Explanation: b.Explanation(v), Note: e.Note,
	})
}

// cites is what the charge of a recorded fact rests on.
func (m *maker) cites(e Event, item terms.ChargeItem) []explain.Citation {
	switch {
	case e.Item == terms.ItemReplacement && m.r.Replacement != nil:
		return []explain.Citation{replacement.Citation(m.r, e.Clause)}
	case e.Item == terms.ItemIndemnity:
		return indemnity.Citations(m.r, e.Clause)
	}
	return []explain.Citation{tariff.Cite(m.r, e.Clause, item.Readings...)}
}

// taxes adds a line of tax for each taxed charge.
func (m *maker) taxes() {
	for _, c := range m.out {
		rate := tax.Rate(m.r, c.Item)
		if rate.IsZero() || c.Item == terms.ItemTax {
			continue
		}
		amount, how := tax.On(m.r, c.Identity+"#amount", c.Amount, rate)
		m.add(Charge{
			Identity: "tax/" + c.Identity, Unit: c.Unit, Item: terms.ItemTax, Clause: m.r.Tax.Clause, Amount: amount, Period: c.Period,
			Date: c.Date, Separate: c.Separate, PayBy: c.PayBy, Explanation: how, Note: "Tax on " + c.Identity,
		})
	}
}
