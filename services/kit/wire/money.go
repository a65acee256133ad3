package wire

import (
	"strconv"

	decimalpb "google.golang.org/genproto/googleapis/type/decimal"
	moneypb "google.golang.org/genproto/googleapis/type/money"

	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/fault"
)

const (
	// nanos is the number of nanos in one major unit.
	nanos = 1_000_000_000
	// largestTotal bounds computed amounts so that reading them cannot overflow.
	largestTotal = 1 << 62
)

// ToMoney is an amount on the wire; nil for an amount without a currency.
func ToMoney(m money.Money) *moneypb.Money {
	if m.Currency == "" {
		return nil
	}
	places, _ := money.Exponent(m.Currency)
	scale := power(places)
	return &moneypb.Money{CurrencyCode: m.Currency, Units: m.Minor / scale, Nanos: int32(m.Minor % scale * (nanos / scale))}
}

// FromMoney reads an amount in the field of that path; nil is the zero amount
// without a currency. It refuses, with CURRENCY_INVALID on currency_code, a code
// that is not one of ISO 4217 and, with AMOUNT_INVALID, nanos of a whole unit or
// more or of another sign than units (on nanos), an amount finer than the
// currency's smallest unit, and one beyond money.MaxInput. Nothing is rounded.
func FromMoney(m *moneypb.Money, path string) (money.Money, error) {
	return fromMoney(m, path, money.MaxInput)
}

// FromTotal is FromMoney for an amount that a service has computed and
// published: sums may be larger than anything that may be put in.
func FromTotal(m *moneypb.Money, path string) (money.Money, error) {
	return fromMoney(m, path, largestTotal)
}

func fromMoney(m *moneypb.Money, path string, largest int64) (money.Money, error) {
	if m == nil {
		return money.Money{}, nil
	}
	places, ok := money.Exponent(m.GetCurrencyCode())
	if !ok {
		return money.Money{}, fault.Invalid(fault.ReasonCurrencyInvalid, path+".currency_code", "use an ISO 4217 code such as HKD")
	}
	units, rest := m.GetUnits(), int64(m.GetNanos())
	if rest <= -nanos || rest >= nanos || units > 0 && rest < 0 || units < 0 && rest > 0 {
		return money.Money{}, fault.Invalid(fault.ReasonAmountInvalid, path+".nanos", "nanos lie below one whole unit and have the sign of units")
	}
	scale := power(places)
	if rest%(nanos/scale) != 0 {
		return money.Money{}, fault.Invalid(fault.ReasonAmountInvalid, path, m.GetCurrencyCode()+" has "+strconv.Itoa(places)+" decimal places; give no more")
	}
	if units > largest/scale || units < -largest/scale {
		return money.Money{}, tooLarge(path)
	}
	minor := units*scale + rest/(nanos/scale)
	if minor > largest || minor < -largest {
		return money.Money{}, tooLarge(path)
	}
	return money.New(m.GetCurrencyCode(), minor), nil
}

func tooLarge(path string) error {
	return fault.Invalid(fault.ReasonAmountInvalid, path, "the amount is too large; give at most 10^15 of its currency's smallest units")
}

// power is 10 to the power of a currency's decimal places.
func power(places int) int64 {
	out := int64(1)
	for range places {
		out *= 10
	}
	return out
}

// ToDecimal is a decimal as ratio.Decimal writes it, on the wire; nil for "".
func ToDecimal(s string) *decimalpb.Decimal {
	if s == "" {
		return nil
	}
	return &decimalpb.Decimal{Value: s}
}
