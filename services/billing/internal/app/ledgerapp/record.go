package ledgerapp

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/charging"
	"cloudpact.dev/services/billing/internal/compensation"
	"cloudpact.dev/services/billing/internal/indemnity"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/billing/internal/replacement"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
)

// OtherCharge is a charge that people decided.
type OtherCharge struct {
	Key          ledger.AccountKey
	ID           string
	Item         string
	Subscription string // id, if any
	Amount       money.Money
	Date         date.Date
	Clause       string
	Evidence     string
}

// Bill computes what should have been charged until now and issues what is due.
func (a *App) Bill(ctx context.Context, k ledger.AccountKey) (Run, error) {
	return mutate(ctx, a, k, (*work).runNow, func(ctx context.Context, made []string) (Run, error) { return a.run(ctx, k, made) })
}

// Run is what a billing run made.
type Run struct {
	Invoices []ledger.Invoice
	Charges  []ledger.Charge
}

func (w *work) runNow() (Run, error) {
	services, err := w.a.store.Services(w.ctx, w.tx, w.acct.AccountKey)
	if err != nil {
		return Run{}, err
	}
	for i := range services {
		services[i].Through = date.Date{}
	}
	if err := w.billAll(services, true); err != nil {
		return Run{}, err
	}
	if err := w.waiting(services); err != nil {
		return Run{}, err
	}
	out := Run{Charges: w.charged}
	for _, i := range w.issued {
		out.Invoices = append(out.Invoices, *i)
		w.made = append(w.made, "i/"+i.ID)
	}
	for _, c := range w.charged {
		w.made = append(w.made, "c/"+c.ID)
	}
	return out, nil
}

// waiting refuses a run that finds nothing but charges that wait for a fact: what
// cannot be computed is said loudly.
func (w *work) waiting(services []ledger.Service) error {
	if len(w.charged) > 0 || len(w.issued) > 0 {
		return nil
	}
	var f *fault.Fault
	for _, s := range services {
		for _, p := range s.Parked {
			if f == nil {
				f = fault.Precondition(ReasonParked, p.Identity, "the charge waits: "+p.Reason).With("identity", p.Identity).With("missing", p.Reason)
			} else {
				f = f.And(p.Identity, "the charge waits: "+p.Reason)
			}
		}
	}
	if f == nil {
		return nil
	}
	return f
}

// run reads what a billing run made.
func (a *App) run(ctx context.Context, k ledger.AccountKey, made []string) (Run, error) {
	var out Run
	for _, m := range made {
		kind, id, _ := strings.Cut(m, "/")
		if kind == "i" {
			i, ok, err := a.store.Invoice(ctx, a.db.Read(), k, id)
			if i, err = found(i, ok, err, k.Invoice(id)); err != nil {
				return out, err
			}
			out.Invoices = append(out.Invoices, i)
			continue
		}
		c, err := a.Charge(ctx, k, id)
		if err != nil {
			return out, err
		}
		out.Charges = append(out.Charges, c)
	}
	return out, nil
}

// RecordOther records a charge that people decided, with its clause. A cost of a
// third party under a limb of the cancellation clause is evidence for the
// damages and not owed by itself.
func (a *App) RecordOther(ctx context.Context, in OtherCharge) (ledger.Charge, error) {
	again := func(ctx context.Context, _ []string) (ledger.Charge, error) {
		c, ok, err := a.store.FirstOf(ctx, a.db.Read(), in.Key, "other/"+in.ID)
		return found(c, ok, err, in.Key.Charge(in.ID))
	}
	return mutate(ctx, a, in.Key, func(w *work) (ledger.Charge, error) { return w.other(in) }, again)
}

func (w *work) other(in OtherCharge) (ledger.Charge, error) {
	none := ledger.Charge{}
	if err := w.checkMoney(in.Amount, "amount"); err != nil {
		return none, err
	}
	if err := w.checkDay(in.Date, "charge_date"); err != nil {
		return none, err
	}
	if in.Item == terms.ItemOtherRelated && !w.acct.ContractEnd.IsZero() && in.Date.After(w.acct.ContractEnd) {
		return none, fault.Precondition(ReasonAccountState, in.Key.Name(),
			"the contract ended on "+w.acct.ContractEnd.String()+"; after that only losses, claims and equipment are charged")
	}
	if _, ok := w.r.Clause(in.Clause); !ok {
		return none, invalid("clause", "the terms have no clause "+in.Clause+"; write it as in "+w.r.ID+"/10(a)")
	}
	if err := w.grounded(in); err != nil {
		return none, err
	}
	identity := "other/" + in.ID
	if _, ok, err := w.a.store.Event(w.ctx, w.tx, in.Key, identity); err != nil || ok {
		if ok {
			err = fault.Exists(fault.ReasonAlreadyExists, in.Key.Name()+"/"+identity)
		}
		return none, err
	}
	if in.Subscription != "" {
		if _, ok, err := w.a.store.Service(w.ctx, w.tx, in.Key, in.Subscription); err != nil || !ok {
			_, err = found(0, ok, err, in.Key.ContractKey.Subscription(in.Subscription).Name())
			return none, err
		}
	}
	e := charging.Event{
		Identity: identity, Item: in.Item, Clause: in.Clause, Subscription: in.Subscription, Date: in.Date, Amount: in.Amount,
		Memo: w.isCost(in), Note: "Recorded under " + in.Clause,
	}
	e.Separate, e.PayBy = w.terms(in)
	if e.Memo {
		if err := w.evidence(e); err != nil {
			return none, err
		}
	}
	if err := w.event(e, in.Evidence); err != nil {
		return none, err
	}
	for _, c := range w.charged {
		if c.Identity == identity {
			return c, nil
		}
	}
	return none, fault.Internal(errNotCharged)
}

// grounded refuses a charge without what its clause asks for: a ground and a
// breach, the evidence of a price, an agreement.
func (w *work) grounded(in OtherCharge) error {
	item, ok := w.r.Charging.Item(in.Item)
	if !ok {
		return invalid("item", "the terms know no such item")
	}
	switch {
	case in.Item == terms.ItemIndemnity:
		_, err := indemnity.Ground(w.r, in.Clause, in.Evidence != "")
		if no, ok := errors.AsType[*indemnity.Refusal](err); ok {
			return invalid(no.Field, no.Message)
		}
		return err
	case in.Evidence != "":
		return nil
	case in.Item == terms.ItemReplacement && w.r.Replacement != nil && w.r.Flag(w.r.Replacement.EvidenceRequired):
		return invalid("evidence", "a price of equipment needs evidence: name it")
	case item.NeedsAgreement:
		return invalid("evidence", "the charge needs an accepted quote or an agreement: name it")
	}
	return nil
}

var errNotCharged = errors.New("a recorded charge was not made")

// isCost tells whether a charge is a cost of a third party under a limb of the
// cancellation clause.
func (w *work) isCost(in OtherCharge) bool {
	if w.r.Cancellation == nil || in.Subscription == "" {
		return false
	}
	for _, l := range w.r.Cancellation.Limbs {
		if l.Formula == "THIRD_PARTY_COSTS" && l.Clause == in.Clause {
			return true
		}
	}
	return false
}

// terms says whether a charge has a document and a last day to pay of its own.
func (w *work) terms(in OtherCharge) (separate bool, payBy date.Date) {
	switch in.Item {
	case terms.ItemReplacement:
		return true, replacement.PayBy(w.r, in.Clause, w.today)
	case terms.ItemDamages:
		if w.r.Cancellation != nil {
			return true, compensation.PayBy(w.r, w.today, date.Date{})
		}
		return true, date.Date{}
	case terms.ItemIndemnity:
		return true, indemnity.PayBy(w.r, w.today)
	}
	return false, date.Date{}
}

// evidence keeps a cost as a charge that no document carries.
func (w *work) evidence(e charging.Event) error {
	b := explain.New(w.r.Cite(e.Clause))
	v := b.FactMoney(e.Identity+"#amount", e.Amount).Note("evidence for the damages, not owed by itself")
	return w.charge(charging.Entry{Sequence: 1, Charge: charging.Charge{
		Identity: e.Identity, Subscription: e.Subscription, Item: e.Item, Clause: e.Clause, Amount: e.Amount, Date: e.Date, Memo: true,
		Explanation: b.Explanation(v), Note: "Cost of a third party, evidence for the damages under " + e.Clause,
	}})
}

// UsageInput is one metered quantity.
type UsageInput struct {
	ID, Meter, Unit string
	Quantity        string
	Time            time.Time
}

// UsageOutcome is the fate of one record: its reason is empty where it was taken.
type UsageOutcome struct {
	ID       string
	Replayed bool
	Reason   string
}

// RecordUsage records metered quantities, each once. One that cannot be taken
// does not keep the others out.
func (a *App) RecordUsage(ctx context.Context, k book.SubscriptionKey, in []UsageInput) ([]UsageOutcome, error) {
	again := func(_ context.Context, made []string) ([]UsageOutcome, error) {
		out := make([]UsageOutcome, len(in))
		for i, u := range in {
			out[i] = UsageOutcome{ID: u.ID, Reason: made[i], Replayed: made[i] == ""}
		}
		return out, nil
	}
	return mutate(ctx, a, ledger.MainOf(k.ContractKey), func(w *work) ([]UsageOutcome, error) { return w.use(k, in) }, again)
}

func (w *work) use(k book.SubscriptionKey, in []UsageInput) ([]UsageOutcome, error) {
	s, ok, err := w.a.store.Service(w.ctx, w.tx, w.acct.AccountKey, k.Subscription)
	if s, err = found(s, ok, err, k.Name()); err != nil {
		return nil, err
	}
	out := make([]UsageOutcome, len(in))
	var rows []ledger.Usage
	seen := map[string]bool{}
	for i, u := range in {
		out[i].ID = u.ID
		_, known, err := w.a.store.UsageRecord(w.ctx, w.tx, k, u.ID)
		if err != nil {
			return nil, err
		}
		if out[i].Replayed = known || seen[u.ID]; out[i].Replayed {
			continue
		}
		if out[i].Reason = w.usable(s, u); out[i].Reason != "" {
			continue
		}
		seen[u.ID] = true
		rows = append(rows, ledger.Usage{
			SubscriptionKey: k, ID: u.ID, Meter: u.Meter, Unit: u.Unit, Day: date.Of(u.Time, w.r.Zone()), Time: u.Time, Quantity: u.Quantity, RequestID: request(w.ctx),
		})
	}
	for _, o := range out {
		w.made = append(w.made, o.Reason)
	}
	if err := nothingTaken(out); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return out, nil
	}
	if err := w.a.store.AddUsage(w.ctx, w.tx, rows); err != nil {
		return nil, err
	}
	if w.running(s, rows) {
		return out, nil
	}
	return out, w.dirty(k.Subscription)
}

// running tells whether usage lies in the billing month that runs, whose charges
// are made when it is over: nothing is to be computed yet.
func (w *work) running(s ledger.Service, rows []ledger.Usage) bool {
	month := w.monthOf(&s, w.today)
	if month.IsZero() || s.Sub.Ended(w.today) {
		return false
	}
	for _, u := range rows {
		if u.Day.Before(month) {
			return false
		}
	}
	return true
}

// nothingTaken refuses a call of which no record can be taken, by the reason of
// the first and with the path of each.
func nothingTaken(out []UsageOutcome) error {
	var f *fault.Fault
	for i, o := range out {
		if o.Reason == "" {
			return nil
		}
		path := "records[" + strconv.Itoa(i) + "]"
		if f == nil {
			f = fault.Invalid(o.Reason, path, "the record "+o.ID+" cannot be taken: "+o.Reason)
		} else {
			f = f.And(path, "the record "+o.ID+" cannot be taken: "+o.Reason)
		}
	}
	if f == nil {
		return nil
	}
	return f
}

// usable says why a record cannot be taken, "" where it can.
func (w *work) usable(s ledger.Service, u UsageInput) string {
	p, ok := s.Sub.PriceOf(u.Meter)
	if !ok {
		return ReasonMeterUnknown
	}
	day := date.Of(u.Time, w.r.Zone())
	if s.Sub.Commencement.IsZero() || s.Sub.Cancelled || day.Before(s.Sub.Commencement) || s.Sub.Ended(day) || u.Time.After(w.tx.Now()) {
		return ReasonUsageOutOfService
	}
	if q, err := ratio.Parse(u.Quantity); err != nil || q.Sign() < 0 {
		return "AMOUNT_INVALID"
	}
	if !p.PerUnit && u.Unit == "" {
		return ""
	}
	unit, ok := s.Sub.Unit(u.Unit)
	if !ok || !s.Sub.Service(unit).Contains(day) {
		return ReasonUsageOutOfService
	}
	return ""
}
