package transport

import (
	moneypb "google.golang.org/genproto/googleapis/type/money"

	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/wire"
)

// needMoney reads an amount that must be there and above zero.
func needMoney(m *moneypb.Money, path string) (money.Money, error) {
	if m == nil {
		return money.Money{}, fault.Invalid(fault.ReasonFieldInvalid, path, "the amount is missing")
	}
	out, err := wire.FromMoney(m, path)
	if err == nil && out.Sign() <= 0 {
		err = fault.Invalid(fault.ReasonAmountInvalid, path, "an amount is above zero")
	}
	return out, err
}
