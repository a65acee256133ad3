// Package transport is the wire of the token service: gRPC methods, and the
// conversion between messages and the service's own words.
package transport

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	gdate "google.golang.org/genproto/googleapis/type/date"
	gmoney "google.golang.org/genproto/googleapis/type/money"
	"google.golang.org/protobuf/types/known/timestamppb"

	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/token/internal/app"
	"cloudpact.dev/services/token/internal/store"
)

func toDate(d date.Date) *gdate.Date {
	if d.IsZero() {
		return nil
	}
	return &gdate.Date{Year: int32(d.Year), Month: int32(d.Month), Day: int32(d.Day)}
}

func toTime(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

// fromTime reads an instant; nil is the zero instant.
func fromTime(t *timestamppb.Timestamp, field string) (time.Time, error) {
	if t == nil {
		return time.Time{}, nil
	}
	if err := t.CheckValid(); err != nil {
		return time.Time{}, fault.Invalid(fault.ReasonFieldInvalid, field, field+" is no instant of the years 1 to 9999")
	}
	return clock.Truncate(t.AsTime()), nil
}

func toMoney(m *money.Money) *gmoney.Money {
	if m == nil {
		return nil
	}
	n, _ := money.Exponent(m.Currency)
	scale := int64(1)
	for range n {
		scale *= 10
	}
	return &gmoney.Money{CurrencyCode: m.Currency, Units: m.Minor / scale, Nanos: int32(m.Minor % scale * (1_000_000_000 / scale))}
}

// fromMoney reads an amount; nil is none.
func fromMoney(m *gmoney.Money, field string) (*money.Money, error) {
	if m == nil {
		return nil, nil
	}
	if _, ok := money.Exponent(m.GetCurrencyCode()); !ok {
		return nil, fault.Invalid("CURRENCY_INVALID", field+".currency_code", "name the ISO 4217 code of a currency")
	}
	units, nanos := m.GetUnits(), int64(m.GetNanos())
	if nanos <= -1_000_000_000 || nanos >= 1_000_000_000 || (units > 0 && nanos < 0) || (units < 0 && nanos > 0) {
		return nil, fault.Invalid("AMOUNT_INVALID", field, "nanos has the sign of units and is less than one unit")
	}
	sign := ""
	if units < 0 || nanos < 0 {
		sign, units, nanos = "-", -units, -nanos
	}
	text := sign + strconv.FormatInt(units, 10)
	if nanos > 0 {
		text += "." + strings.TrimRight(fmt.Sprintf("%09d", nanos), "0")
	}
	out, err := money.Parse(m.GetCurrencyCode(), text)
	if err != nil {
		return nil, fault.Invalid("AMOUNT_INVALID", field, "the amount is finer than the currency's smallest unit, or too large").Because(err)
	}
	return &out, nil
}

func toCitations(cs []explain.Citation) []*typev1.Citation {
	out := make([]*typev1.Citation, len(cs))
	for i, c := range cs {
		p := &typev1.Citation{Terms: c.Terms, Revision: c.Revision, Clause: c.Clause}
		for _, r := range c.Readings {
			p.Readings = append(p.Readings, &typev1.ReadingUse{Reading: r.Name, Option: r.Option})
		}
		out[i] = p
	}
	return out
}

func toExplanation(e *explain.Explanation) *typev1.Explanation {
	if e == nil || len(e.Steps) == 0 {
		return nil
	}
	out := &typev1.Explanation{Result: e.Result}
	for _, s := range e.Steps {
		p := &typev1.Step{Id: s.ID, Operation: string(s.Op), Value: s.Result, Unit: s.Unit, Citations: toCitations(s.Citations), Note: s.Note}
		if s.Rounding != nil {
			p.Rounding = &typev1.RoundingRule{Mode: string(s.Rounding.Mode), Places: int32(s.Rounding.Places)}
		}
		for _, o := range s.Operands {
			p.Operands = append(p.Operands, toOperand(o))
		}
		out.Steps = append(out.Steps, p)
	}
	return out
}

func toOperand(o explain.Operand) *typev1.Operand {
	switch {
	case o.Step != "":
		return &typev1.Operand{Kind: &typev1.Operand_Step{Step: o.Step}}
	case o.Fact != nil:
		return &typev1.Operand{Kind: &typev1.Operand_Fact{Fact: &typev1.Fact{Name: o.Fact.Name, Value: o.Fact.Value}}}
	}
	return &typev1.Operand{Kind: &typev1.Operand_Literal{Literal: o.Literal}}
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
