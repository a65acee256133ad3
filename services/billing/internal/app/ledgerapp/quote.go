package ledgerapp

import (
	"context"
	"slices"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/compensation"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
)

// TerminationQuote says what leaving would cost.
type TerminationQuote struct {
	Subscription   string
	Cause          string
	Notice, Last   date.Date
	NoticeLast     date.Date
	TermLast       date.Date
	Compensation   money.Money
	Running, Total money.Money
	Explanation    explain.Explanation
	Alternatives   []Alternative
	Review         bool
}

// Alternative is the compensation under another option of a reading.
type Alternative struct {
	Reading, Option string
	Amount          money.Money
}

// QuoteTermination says what leaving would cost: a what-if that records nothing.
// A zero last day is the end of the notice period.
func (a *App) QuoteTermination(ctx context.Context, k book.SubscriptionKey, cause string, notice, last date.Date) (TerminationQuote, error) {
	none := TerminationQuote{}
	key := ledger.MainOf(k.ContractKey)
	s, ok, err := a.store.Service(ctx, a.db.Read(), key, k.Subscription)
	if s, err = found(s, ok, err, k.Name()); err != nil {
		return none, err
	}
	acct, today, r, err := a.present(ctx, key)
	if err != nil {
		return none, err
	}
	sub := s.Sub
	if sub.Commencement.IsZero() || sub.Cancelled || sub.Ended(today) {
		return none, fault.Precondition(ReasonQuoteImpossible, k.Name(), "the service has not commenced, or has ended")
	}
	if notice.Before(sub.Commencement) {
		return none, fault.Precondition(ReasonQuoteImpossible, k.Name(), "a notice before commencement is a cancellation; the service commenced on "+sub.Commencement.String())
	}
	if !last.IsZero() && last.Before(notice) {
		return none, invalid("last_day", "the last day of service is not before the notice")
	}
	q := quote(r, sub, cause, notice, last, acct.Currency)
	q.Subscription = k.Name()
	q.Alternatives, err = a.alternatives(ctx, a.db.Read(), acct, r, sub, q)
	return q, err
}

// leaving is the subscription as it would end.
func leaving(r terms.Resolved, sub tariff.Subscription, cause string, notice, last date.Date) tariff.Subscription {
	sub.EndCause, sub.NoticeDate = cause, notice
	rule, _ := r.MonthRule()
	party := terms.PartyCustomer
	if cause == "PROVIDER_NOTICE" {
		party = terms.PartyProvider
	}
	sub.NoticeLastDay = notice
	if n, ok := r.Notice.Rule(party, sub.Kind); ok && cause != "BREACH" {
		sub.NoticeLastDay = notice.AddMonths(int(n.Months), rule).AddDays(int(n.Days))
	}
	sub.LastDay = last
	if last.IsZero() {
		sub.LastDay = sub.NoticeLastDay
	}
	if cause == "BREACH" {
		sub.NoticeDate, sub.NoticeLastDay = date.Date{}, date.Date{}
	}
	return sub
}

func quote(r terms.Resolved, sub tariff.Subscription, cause string, notice, last date.Date, currency string) TerminationQuote {
	ends := leaving(r, sub, cause, notice, last)
	c := compensation.Assess(r, ends, currency)
	mode, _ := r.MoneyMode()
	// The sum of the days between notice and end is asked of the subscription
	// without its end, which would cut units.
	run := tariff.Rates{R: r, S: sub}.Sum(explain.New(), date.Span{From: date.Max(notice, sub.Commencement), To: ends.LastDay.AddDays(1)}, tariff.Contract)
	q := TerminationQuote{
		Cause: cause, Notice: notice, NoticeLast: ends.NoticeLastDay, Last: ends.LastDay, TermLast: sub.TermLastDay(), Compensation: c.Amount,
		Running: money.FromRatio(currency, run.Ratio(), mode), Explanation: c.Explanation, Review: c.Review,
	}
	q.Total = q.Compensation.Add(q.Running)
	return q
}

// alternatives is the compensation under the other options that run of every
// reading that the compensation may depend on, where the figure differs.
func (a *App) alternatives(ctx context.Context, q db.Querier, acct ledger.Account, r terms.Resolved, sub tariff.Subscription, base TerminationQuote) ([]Alternative, error) {
	var out []Alternative
	for _, rd := range r.Terms.Readings {
		if !decides(rd, r) {
			continue
		}
		for _, option := range rd.Running() {
			if option == r.Choice(rd.Name) {
				continue
			}
			choices := r.Choices()
			choices[rd.Name] = option
			other, err := a.policies.Resolve(ctx, q, acct.Provider, acct.Hash, choices)
			if err != nil {
				return nil, err
			}
			last := base.Last
			if base.Last == base.NoticeLast {
				last = date.Date{}
			}
			if x := quote(other, moved(other, sub), base.Cause, base.Notice, last, acct.Currency); x.Compensation != base.Compensation {
				out = append(out, Alternative{Reading: rd.Name, Option: option, Amount: x.Compensation})
			}
		}
	}
	return out, nil
}

// decides tells whether a reading rests on a clause of compensation, of the
// service period or of counting.
func decides(rd terms.Reading, r terms.Resolved) bool {
	for _, rule := range r.Compensation.Rules {
		if slices.Contains(rd.Clauses, rule.Clause) {
			return true
		}
	}
	return r.Term != nil && slices.Contains(rd.Clauses, r.Term.Clause)
}

// moved is a subscription whose service period ends as a reading says.
func moved(r terms.Resolved, sub tariff.Subscription) tariff.Subscription {
	if sub.TermMonths == 0 || r.Term == nil {
		return sub
	}
	rule, _ := r.MonthRule()
	sub.TermEnd = sub.Commencement.AddMonths(sub.TermMonths, rule)
	if r.Is(r.Term.LastDay, "ANNIVERSARY_INCLUSIVE") {
		sub.TermEnd = sub.TermEnd.AddDays(1)
	}
	return sub
}
