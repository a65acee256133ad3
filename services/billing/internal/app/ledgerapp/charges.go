package ledgerapp

import (
	"bytes"
	"encoding/json"
	"strconv"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/charging"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/terms"
)

// compute adds the charges that a service should have had by today and has not,
// and takes back what it should not have had. Where the facts have not changed
// since the last time, only the days since then are computed.
func (w *work) compute(s *ledger.Service) error {
	after := s.Through
	if !after.IsZero() && !after.Before(w.today) {
		return nil
	}
	f, err := w.facts(s, after)
	if err != nil {
		return err
	}
	should, parked, err := w.should(f, after)
	if err != nil {
		return err
	}
	was := map[string]charging.Was{}
	if after.IsZero() {
		if was, err = w.was(s.Sub.ID, should); err != nil {
			return err
		}
		w.park(s, parked)
	}
	for _, e := range charging.Difference(should, was, w.today) {
		if err := w.charge(e); err != nil {
			return err
		}
	}
	s.Through = w.today
	return nil
}

// facts loads what the charges that arose after a day depend on. Events matter
// only when something has changed, since each one marks the service; of what was
// metered only the billing months that were not over on that day.
func (w *work) facts(s *ledger.Service, after date.Date) (charging.Facts, error) {
	f := charging.Facts{Currency: w.acct.Currency, Subscription: s.Sub, Paid: w.zero()}
	if metered(s) {
		days, err := w.a.store.UsageDays(w.ctx, w.tx, subscriptionKey(s), w.monthOf(s, after))
		if err != nil {
			return f, err
		}
		f.Usage = days
	}
	if !after.IsZero() {
		return f, nil
	}
	events, err := w.a.store.Events(w.ctx, w.tx, w.acct.AccountKey, s.Sub.ID)
	for _, e := range events {
		f.Events = append(f.Events, e.Event)
	}
	return f, err
}

// monthOf is the first day of the billing month in which a day lies; zero for a
// day before commencement.
func (w *work) monthOf(s *ledger.Service, day date.Date) date.Date {
	rates := tariff.Rates{R: w.r, S: s.Sub}
	if s.Sub.Commencement.IsZero() || day.Before(s.Sub.Commencement) {
		return date.Date{}
	}
	return rates.Anchor().AddMonths(date.WholeMonths(rates.Anchor(), day, rates.Rule()), rates.Rule())
}

func metered(s *ledger.Service) bool {
	for _, p := range s.Sub.Prices {
		if p.Item == terms.ItemUsage {
			return true
		}
	}
	return false
}

func subscriptionKey(s *ledger.Service) book.SubscriptionKey {
	return s.ContractKey.Subscription(s.Sub.ID)
}

// should is the charges that arose after a day and by today, those of each day
// under the readings in force on it.
func (w *work) should(f charging.Facts, after date.Date) ([]charging.Charge, []charging.Parked, error) {
	var out []charging.Charge
	var parked []charging.Parked
	for i, e := range w.acct.Epochs {
		win := charging.Window{After: after, Through: w.today}
		if i > 0 {
			win.After = date.Max(after, e.From.AddDays(-1))
		}
		if i+1 < len(w.acct.Epochs) {
			win.Through = date.Min(w.today, w.acct.Epochs[i+1].From.AddDays(-1))
		}
		if !win.After.IsZero() && !win.After.Before(win.Through) {
			continue
		}
		r, err := w.a.policies.Resolve(w.ctx, w.tx, w.acct.Provider, w.acct.Hash, e.Readings)
		if err != nil {
			return nil, nil, err
		}
		cs, ps := charging.Should(r, f, win)
		out, parked = append(out, cs...), ps
	}
	return out, parked, nil
}

// was is what was charged for a service so far by identity; the first charge is
// read where it is to be taken back.
func (w *work) was(subscription string, should []charging.Charge) (map[string]charging.Was, error) {
	totals, err := w.a.store.Totals(w.ctx, w.tx, w.acct.AccountKey, subscription)
	if err != nil {
		return nil, err
	}
	wanted := make(map[string]bool, len(should))
	for _, c := range should {
		wanted[c.Identity] = true
	}
	was := make(map[string]charging.Was, len(totals))
	for id, t := range totals {
		x := charging.Was{Sequence: t.Sequence, Total: t.Amount}
		if !wanted[id] {
			first, ok, err := w.a.store.FirstOf(w.ctx, w.tx, w.acct.AccountKey, id)
			if err != nil {
				return nil, err
			}
			if !ok || first.Memo || first.Item == terms.ItemInterest {
				continue // not made of the service's facts
			}
			x.Charge = first.Charge
		}
		was[id] = x
	}
	return was, nil
}

// park publishes the charges that have begun to wait for a fact.
func (w *work) park(s *ledger.Service, parked []charging.Parked) {
	known := map[charging.Parked]bool{}
	for _, p := range s.Parked {
		known[p] = true
	}
	for _, p := range parked {
		if !known[p] {
			w.publish(ledger.TypeChargeParked, w.acct.Name(), ledger.ChargeParked{Account: w.acct.Name(), Identity: p.Identity, Reason: p.Reason})
		}
	}
	s.Parked = parked
}

// charge keeps a new charge; no document carries it yet.
func (w *work) charge(e charging.Entry) error {
	w.acct.Charges++
	w.changed = true
	id := resource.ID("charge", w.acct.Name(), e.Identity, strconv.Itoa(e.Sequence))
	c := ledger.Charge{Key: w.acct.AccountKey, ID: id, Place: w.acct.Charges, Entry: e}
	w.charged = append(w.charged, c)
	if e.Memo {
		return nil // evidence is not owed by itself
	}
	w.publish(ledger.TypeChargeRecorded, w.acct.Charge(id), ledger.ChargeRecorded{
		Account: w.acct.Name(), Charge: w.acct.Charge(id), Identity: e.Identity, Amount: e.Amount, Item: e.Item, Clause: e.Clause,
	})
	if e.Item == terms.ItemCompensation {
		w.publish(ledger.TypeCompensationAssessed, w.acct.Charge(id), ledger.CompensationAssessed{
			Account: w.acct.Name(), Subscription: w.acct.ContractKey.Subscription(e.Subscription).Name(), Amount: e.Amount, Clause: e.Clause,
		})
	}
	return nil
}

// sameFacts tells whether two states of a subscription are billed alike. They
// are compared as they are stored: exact numbers have more than one form in
// memory.
func sameFacts(a, b ledger.Service) (bool, error) {
	x, err := json.Marshal(a.Sub)
	if err != nil {
		return false, err
	}
	y, err := json.Marshal(b.Sub)
	return bytes.Equal(x, y), err
}
