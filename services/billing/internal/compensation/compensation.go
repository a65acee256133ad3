// Package compensation is what an end costs the customer: remaining and notice
// months after a notice, two months or the remainder after a breach, damages for
// a cancellation before commencement (cpc/31(I), 31(II), 33, 35).
package compensation

import (
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
)

// Assessment is a sum with its clause and derivation.
type Assessment struct {
	Amount      money.Money
	Clause      string
	Explanation explain.Explanation
	// Review tells that the sum exceeds twelve monthly recurrent charges and
	// should be seen by a lawyer: it is claimed without being called agreed damages.
	Review bool
}

// causes maps the end of a subscription to the cause that the policy names.
var causes = map[string]string{
	"CUSTOMER_NOTICE": terms.EndByCustomerNotice,
	"PROVIDER_NOTICE": terms.EndByProviderNotice,
	"BREACH":          terms.EndByCustomerBreach,
	"PROVIDER_BREACH": terms.EndByProviderBreach,
	"EXPIRY":          terms.EndByExpiry,
}

// reviewMonths is the multiple of recurrent charges above which a person should
// look at a compensation.
const reviewMonths = 12

// Assess is the compensation of a subscription whose end is fixed; a zero amount
// where none is owed. The subscription has a last day.
func Assess(r terms.Resolved, s tariff.Subscription, currency string) Assessment {
	own := one(r, s, s.EndCause, currency)
	// A breach that ends the service while the customer's notice runs is paid
	// once, at the higher price (competing_compensation).
	if s.EndCause == "BREACH" && !s.NoticeDate.IsZero() && !s.NoticeLastDay.IsZero() && r.Is(r.Compensation.Competing, "HIGHER_ONCE") {
		if other := one(r, s, "CUSTOMER_NOTICE", currency); other.Amount.Cmp(own.Amount) > 0 {
			return other
		}
	}
	return own
}

// phase says whether an end falls into the service period.
func phase(r terms.Resolved, s tariff.Subscription, cause string) string {
	day := s.LastDay
	if cause == "CUSTOMER_NOTICE" && r.Is(r.Compensation.ClassBy, "NOTICE_DATE") && !s.NoticeDate.IsZero() {
		day = s.NoticeDate
	}
	if s.TermEnd.IsZero() || day.Before(s.TermEnd) {
		return terms.PhaseInTerm
	}
	return terms.PhaseAfterTerm
}

func one(r terms.Resolved, s tariff.Subscription, cause, currency string) Assessment {
	none := Assessment{Amount: money.Zero(currency)}
	if r.Compensation == nil {
		return none
	}
	rule, ok := r.Compensation.Rule(causes[cause], phase(r, s, cause), s.Kind)
	if !ok {
		return none
	}
	mode, _ := r.MoneyMode()
	b := explain.New()
	v, readings := formula(b, r, s, rule)
	v = b.RoundMoney(v, currency, mode).Cite(tariff.Rounded(r, rule.Clause, readings...)...).Note("compensation for the end of the service")
	out := Assessment{Amount: v.Money(currency), Clause: rule.Clause, Explanation: b.Explanation(v)}
	year := tariff.Rates{R: r, S: s}.Month(explain.New(), s.LastDay).Ratio().Mul(ratio.Int(reviewMonths))
	out.Review = out.Amount.Ratio().Cmp(year) > 0
	return out
}

// formula computes a rule's sum and names the readings that decided.
func formula(b *explain.Builder, r terms.Resolved, s tariff.Subscription, rule terms.CompensationRule) (explain.Value, []string) {
	c := r.Compensation
	rates := tariff.Rates{R: r, S: s}
	months := func() explain.Value {
		return b.Mul(b.Int(int64(rule.Months)), rates.Month(b, s.LastDay)).Note("multiple of the monthly recurrent charge")
	}
	switch rule.Formula {
	case terms.FormulaRemainingOrNotice:
		last := s.LastDay
		if !s.NoticeLastDay.IsZero() {
			last = s.NoticeLastDay
		}
		end := last.AddDays(1)
		if phase(r, s, "CUSTOMER_NOTICE") == terms.PhaseInTerm {
			end = date.Max(end, s.TermEnd)
		}
		span := date.Span{From: s.LastDay.AddDays(1), To: end}
		return rates.Sum(b, span, how(r)).Note("recurrent charges of " + span.String()),
			[]string{c.ClassBy.Reading, c.RemainingFrom.Reading, c.AddOnPrice.Reading, r.Notice.Short.Reading, c.Due.Reading, c.WholeAgreement.Reading}
	case terms.FormulaRemainingOrMonths:
		return b.Max(remaining(b, r, s, rule), months()).Note("the higher of the two"), []string{c.IncludesOffers.Reading, c.DiscountRate.Reading, c.NetOfPrepaid.Reading, c.WholeAgreement.Reading}
	case terms.FormulaMonths:
		return months(), nil
	}
	return b.Int(0).Note("no compensation is owed"), nil
}

func how(r terms.Resolved) tariff.How {
	if r.Compensation.IncludesOffers.IsZero() || r.Flag(r.Compensation.IncludesOffers) {
		return tariff.Contract
	}
	return tariff.List
}

// remaining is the recurrent charges from the end to the end of the service
// period; of the whole period where the service had not commenced.
func remaining(b *explain.Builder, r terms.Resolved, s tariff.Subscription, rule terms.CompensationRule) explain.Value {
	rates := tariff.Rates{R: r, S: s}
	if s.Commencement.IsZero() {
		return b.Mul(rates.Month(b, s.LastDay), b.FactInt("subscriptions/"+s.ID+"#term_months", int64(s.TermMonths))).
			Cite(r.Cite(rule.Clause, r.Compensation.BeforeCommencement.Reading)).
			Note("the whole service period: the service had not commenced")
	}
	span := date.Span{From: date.Max(s.LastDay.AddDays(1), s.Commencement), To: s.TermEnd}
	return rates.Sum(b, span, how(r)).Note("recurrent charges of " + span.String())
}
