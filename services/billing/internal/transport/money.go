package transport

import (
	"strconv"

	moneypb "google.golang.org/genproto/googleapis/type/money"

	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/fault"
)

// nanos is the number of nanos in one major unit.
const nanos = 1_000_000_000

func moneyPB(m money.Money) *moneypb.Money {
	if m.Currency == "" {
		return nil
	}
	places, _ := money.Exponent(m.Currency)
	scale := int64(1)
	for range places {
		scale *= 10
	}
	return &moneypb.Money{CurrencyCode: m.Currency, Units: m.Minor / scale, Nanos: int32(m.Minor % scale * (nanos / scale))}
}

// moneyOf reads an amount; nil is the zero amount without a currency.
func moneyOf(m *moneypb.Money, path string) (money.Money, error) {
	if m == nil {
		return money.Money{}, nil
	}
	if _, ok := money.Exponent(m.GetCurrencyCode()); !ok {
		return money.Money{}, fault.Invalid("CURRENCY_INVALID", path+".currency_code", "use an ISO 4217 code such as HKD")
	}
	units, frac := m.GetUnits(), int64(m.GetNanos())
	if frac <= -nanos || frac >= nanos || units > 0 && frac < 0 || units < 0 && frac > 0 {
		return money.Money{}, fault.Invalid("AMOUNT_INVALID", path+".nanos", "nanos lie below one whole unit and have the sign of units")
	}
	out, err := money.Parse(m.GetCurrencyCode(), decimal(units, frac))
	if err != nil {
		return money.Money{}, fault.Invalid("AMOUNT_INVALID", path, err.Error())
	}
	return out, nil
}

// decimal writes units and nanos, of one sign, without needless places.
func decimal(units, frac int64) string {
	sign := ""
	if units < 0 || frac < 0 {
		sign, frac = "-", -frac
	}
	text := strconv.FormatInt(units, 10)
	if units < 0 {
		text = text[1:]
	}
	if frac == 0 {
		return sign + text
	}
	tail := strconv.FormatInt(nanos+frac, 10)[1:]
	for tail[len(tail)-1] == '0' {
		tail = tail[:len(tail)-1]
	}
	return sign + text + "." + tail
}

// needMoney reads an amount that must be there and above zero.
func needMoney(m *moneypb.Money, path string) (money.Money, error) {
	if m == nil {
		return money.Money{}, fault.Invalid(fault.ReasonFieldInvalid, path, "the amount is missing")
	}
	out, err := moneyOf(m, path)
	if err == nil && out.Sign() <= 0 {
		err = fault.Invalid("AMOUNT_INVALID", path, "an amount is above zero")
	}
	return out, err
}
