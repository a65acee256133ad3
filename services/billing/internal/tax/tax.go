// Package tax adds taxes to charges and grosses a payment up for what a payer
// must deduct (cpc/11).
package tax

import (
	"fmt"

	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
)

// Rate is the tax rate on an item as the terms state it, 0 for none.
func Rate(r terms.Resolved, item string) ratio.Ratio {
	if r.Tax == nil || r.Tax.Inclusive || r.Tax.DefaultRate == "" {
		return ratio.Ratio{}
	}
	if i, ok := r.Charging.Item(item); !ok || !i.Taxed {
		return ratio.Ratio{}
	}
	rate, ok := terms.ParseDecimal(r.Tax.DefaultRate)
	if !ok {
		return ratio.Ratio{}
	}
	return rate
}

// On is the tax on an amount at a rate, a line of its own, rounded once.
func On(r terms.Resolved, name string, amount money.Money, rate ratio.Ratio) (money.Money, explain.Explanation) {
	mode, _ := r.MoneyMode()
	b := explain.New(tariff.Rounded(r, r.Tax.Clause)...)
	v := b.RoundMoney(b.Mul(b.FactMoney(name, amount), b.Literal(rate)), amount.Currency, mode).Note("tax on the charge")
	return v.Money(amount.Currency), b.Explanation(v)
}

// Deduction is what a payer must take off: a share of the grossed-up sum, or a
// fixed sum in the currency of the payment. One of the two is set.
type Deduction struct {
	Rate  ratio.Ratio
	Fixed money.Money
}

// GrossUp is the sum to pay so that net arrives. It refuses a rate that is not
// in [0, 1) and a negative fixed sum.
func GrossUp(r terms.Resolved, net money.Money, d Deduction) (money.Money, explain.Explanation, error) {
	if d.Rate.Sign() < 0 || d.Rate.Cmp(ratio.Int(1)) >= 0 {
		return money.Money{}, explain.Explanation{}, fmt.Errorf("a deduction of %s of the payment: use a rate from 0 to below 1", d.Rate)
	}
	if d.Fixed.Sign() < 0 {
		return money.Money{}, explain.Explanation{}, fmt.Errorf("a deduction of %s: use a sum of at least 0", d.Fixed)
	}
	mode, _ := r.MoneyMode()
	b := explain.New(tariff.Rounded(r, r.Tax.Clause, r.Tax.WithholdingBase.Reading, r.Tax.TaxOnGrossUp.Reading, r.Tax.BankChargesAreDeductions.Reading)...)
	v := b.FactMoney("net", net)
	if !d.Rate.IsZero() {
		v = b.Div(v, b.Sub(b.Int(1), b.Fact("withholding_rate", d.Rate))).In(net.Currency).
			Note("increased so that the deduction leaves the net sum")
	}
	if !d.Fixed.IsZero() {
		v = b.Add(v, b.FactMoney("fixed_deduction", d.Fixed))
	}
	v = b.RoundMoney(v, net.Currency, mode)
	return v.Money(net.Currency), b.Explanation(v), nil
}
