// Package transport is the wire of the token service: gRPC methods, and the
// conversion between messages and the service's own words.
package transport

import (
	"fmt"
	"strings"

	moneypb "google.golang.org/genproto/googleapis/type/money"

	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/wire"
	"cloudpact.dev/services/token/internal/app"
	"cloudpact.dev/services/token/internal/store"
)

// toMoney is an amount on the wire; nil for none.
func toMoney(m *money.Money) *moneypb.Money {
	if m == nil {
		return nil
	}
	return wire.ToMoney(*m)
}

// fromMoney reads an amount; nil is none.
func fromMoney(m *moneypb.Money, field string) (*money.Money, error) {
	if m == nil {
		return nil, nil
	}
	out, err := wire.FromMoney(m, field)
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// toExplanation is a derivation on the wire; nil for none.
func toExplanation(e *explain.Explanation) *typev1.Explanation {
	if e == nil {
		return nil
	}
	return wire.ToExplanation(*e)
}

// The patterns of names below a subscription.
var (
	subscriptionName = resource.MustPattern("providers/{provider}/customers/{customer}/contracts/{contract}/subscriptions/{subscription}")
	lotName          = below("lots/{lot}")
	redemptionName   = below("redemptions/{redemption}")
	reservationName  = below("reservations/{reservation}")
	overageName      = below("overages/{overage}")
	correctionName   = below("corrections/{correction}")
	storeName        = below("snapshotStore")
	contractName     = resource.MustPattern("providers/{provider}/customers/{customer}/contracts/{contract}")
	customerName     = resource.MustPattern("providers/{provider}/customers/{customer}")
	providerName     = resource.MustPattern("providers/{provider}")
)

func below(rest string) resource.Pattern {
	return resource.MustPattern(subscriptionName.String() + "/" + rest)
}

// child reads the name of something below a subscription.
func child(p resource.Pattern, name string) (store.Sub, string, error) {
	ids, err := p.Parse(name, "name")
	if err != nil {
		return store.Sub{}, "", err
	}
	return store.Sub{Provider: ids[0], Customer: ids[1], Contract: ids[2], ID: ids[3]}, ids[len(ids)-1], nil
}

// parentOf reads the parent of a list: "-" is any, which the store knows as "".
func parentOf(name string) (store.Sub, error) {
	var s store.Sub
	p := subscriptionName
	switch strings.Count(name, "/") {
	case 1:
		p = providerName
	case 3:
		p = customerName
	case 5:
		p = contractName
	}
	ids, err := p.ParseAny(name, "parent")
	if err != nil {
		return s, err
	}
	ids = append(ids, "", "", "")
	for i := range ids {
		if ids[i] == resource.Any {
			ids[i] = ""
		}
	}
	s = store.Sub{Provider: ids[0], Customer: ids[1], Contract: ids[2], ID: ids[3]}
	if s.Provider == "" {
		return s, fault.Invalid(fault.ReasonNameInvalid, "parent", "name the provider")
	}
	return s, nil
}

// exact reads the name of one subscription.
func exact(name, field string) (store.Sub, error) { return app.ParseSub(name, field) }

// checkUnits refuses units that cannot be ids.
func checkUnits(units []string) error {
	if len(units) > 1000 {
		return fault.Invalid(fault.ReasonFieldInvalid, "units", "a form names at most 1000 units")
	}
	for i, u := range units {
		if !resource.ValidID(u) {
			return fault.Invalid(fault.ReasonFieldInvalid, fmt.Sprintf("units[%d]", i), "name the id of a unit")
		}
	}
	return nil
}
