// Package transport speaks compliance's wire: gRPC methods that turn messages
// into calls of the use cases and answers into messages.
package transport

import (
	"time"

	datepb "google.golang.org/genproto/googleapis/type/date"
	moneypb "google.golang.org/genproto/googleapis/type/money"
	"google.golang.org/protobuf/types/known/timestamppb"

	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/compliance/internal/app"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/compliance/internal/store"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
)

const contractPattern = "providers/{provider}/customers/{customer}/contracts/{contract}"

// Patterns of the names that compliance serves.
var (
	providerName     = resource.MustPattern("providers/{provider}")
	customerName     = resource.MustPattern("providers/{provider}/customers/{customer}")
	contractName     = resource.MustPattern(contractPattern)
	caseName         = resource.MustPattern(contractPattern + "/cases/{case}")
	holdName         = resource.MustPattern(contractPattern + "/holds/{hold}")
	decisionName     = resource.MustPattern(contractPattern + "/decisions/{decision}")
	assetName        = resource.MustPattern(contractPattern + "/assets/{asset}")
	subscriptionName = resource.MustPattern(contractPattern + "/subscriptions/{subscription}")
	retentionName    = resource.MustPattern(contractPattern + "/subscriptions/{subscription}/dataRetention")
	obligationName   = resource.MustPattern("providers/{provider}/customers/{customer}/obligations/{obligation}")
	noticeName       = resource.MustPattern("providers/{provider}/customers/{customer}/notices/{notice}")
)

// keyOf parses the name of something inside a contract.
func keyOf(p resource.Pattern, name, path string) (record.Key, error) {
	ids, err := p.Parse(name, path)
	if err != nil {
		return record.Key{}, err
	}
	return contractOf(ids).In(ids[3]), nil
}

func contractOf(ids []string) record.ContractKey {
	return record.ContractKey{CustomerKey: record.CustomerKey{Provider: ids[0], Customer: ids[1]}, Contract: ids[2]}
}

// parentKey parses a contract and the id of what is made in it.
func parentKey(parent, id, path string) (record.Key, error) {
	ids, err := contractName.Parse(parent, "parent")
	if err != nil {
		return record.Key{}, err
	}
	return contractOf(ids).In(id), resource.CheckID(id, path)
}

// customerKey parses the name of something below a customer.
func customerKey(p resource.Pattern, name string) (record.CustomerKey, string, error) {
	ids, err := p.Parse(name, "name")
	if err != nil {
		return record.CustomerKey{}, "", err
	}
	return record.CustomerKey{Provider: ids[0], Customer: ids[1]}, ids[2], nil
}

// listing is what every request of a page has.
type listing interface {
	GetParent() string
	GetPageSize() int32
	GetPageToken() string
}

// listOf reads the request of a page: the parent is of the pattern, "-" stands
// for any customer or contract, and the provider is always one.
func listOf(p resource.Pattern, in listing) (app.List, error) {
	ids, err := p.ParseAny(in.GetParent(), "parent")
	if err != nil {
		return app.List{}, err
	}
	if ids[0] == resource.Any {
		return app.List{}, fault.Invalid(fault.ReasonNameInvalid, "parent", "name one provider; a list does not reach across providers")
	}
	for i, id := range ids {
		if id == resource.Any {
			ids[i] = ""
		}
	}
	s := store.Scope{CustomerKey: record.CustomerKey{Provider: ids[0], Customer: ids[1]}}
	if len(ids) > 2 {
		s.Contract = ids[2]
	}
	return app.List{Scope: s, Size: in.GetPageSize(), Token: in.GetPageToken()}, nil
}

func invalid(path, msg string) error { return fault.Invalid(fault.ReasonFieldInvalid, path, msg) }

// dateOf reads an optional date; nil is the unset date.
func dateOf(d *datepb.Date, path string) (date.Date, error) {
	if d == nil {
		return date.Date{}, nil
	}
	out, err := date.Check(int(d.GetYear()), time.Month(d.GetMonth()), int(d.GetDay()))
	if err != nil {
		return out, invalid(path, "the date is not a whole day of the calendar; give year, month and day")
	}
	return out, nil
}

// needDate reads a date that must be there.
func needDate(d *datepb.Date, path string) (date.Date, error) {
	if d == nil {
		return date.Date{}, invalid(path, "the date is missing")
	}
	return dateOf(d, path)
}

func datePB(d date.Date) *datepb.Date {
	if d.IsZero() {
		return nil
	}
	return &datepb.Date{Year: int32(d.Year), Month: int32(d.Month), Day: int32(d.Day)}
}

func timePB(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

const nanosPerUnit = 1_000_000_000

// moneyOf reads an amount that is not negative and not finer than its currency.
func moneyOf(m *moneypb.Money, path string) (money.Money, error) {
	places, ok := money.Exponent(m.GetCurrencyCode())
	if !ok {
		return money.Money{}, fault.Invalid(app.ReasonCurrencyInvalid, path+".currency_code", "the currency is not one of ISO 4217")
	}
	unit := int64(1)
	for range places {
		unit *= 10
	}
	nanos := int64(m.GetNanos())
	if m.GetUnits() < 0 || nanos < 0 || nanos >= nanosPerUnit {
		return money.Money{}, fault.Invalid(app.ReasonAmountInvalid, path, "the amount must not be negative")
	}
	if nanos%(nanosPerUnit/unit) != 0 {
		return money.Money{}, fault.Invalid(app.ReasonAmountInvalid, path, "the amount is finer than the smallest unit of "+m.GetCurrencyCode())
	}
	if m.GetUnits() > maxMinor/unit {
		return money.Money{}, fault.Invalid(app.ReasonAmountInvalid, path, "the amount is too large")
	}
	return money.New(m.GetCurrencyCode(), m.GetUnits()*unit+nanos/(nanosPerUnit/unit)), nil
}

// maxMinor is the greatest amount that the suite takes, in minor units.
const maxMinor = 999_999_999_999_999

func moneyPB(m money.Money) *moneypb.Money {
	if m.Currency == "" {
		return nil
	}
	places, _ := money.Exponent(m.Currency)
	unit := int64(1)
	for range places {
		unit *= 10
	}
	return &moneypb.Money{CurrencyCode: m.Currency, Units: m.Minor / unit, Nanos: int32(m.Minor % unit * (nanosPerUnit / unit))}
}

// explanationPB is a derivation on the wire; nil for an empty one.
func explanationPB(e explain.Explanation) *typev1.Explanation {
	if len(e.Steps) == 0 {
		return nil
	}
	out := &typev1.Explanation{Result: e.Result}
	for _, s := range e.Steps {
		step := &typev1.Step{Id: s.ID, Operation: string(s.Op), Value: s.Result, Unit: s.Unit, Note: s.Note, Citations: citationsPB(s.Citations)}
		for _, o := range s.Operands {
			step.Operands = append(step.Operands, operandPB(o))
		}
		if s.Rounding != nil {
			step.Rounding = &typev1.RoundingRule{Mode: string(s.Rounding.Mode), Places: int32(s.Rounding.Places)}
		}
		out.Steps = append(out.Steps, step)
	}
	return out
}

func operandPB(o explain.Operand) *typev1.Operand {
	switch {
	case o.Step != "":
		return &typev1.Operand{Kind: &typev1.Operand_Step{Step: o.Step}}
	case o.Fact != nil:
		return &typev1.Operand{Kind: &typev1.Operand_Fact{Fact: &typev1.Fact{Name: o.Fact.Name, Value: o.Fact.Value}}}
	}
	return &typev1.Operand{Kind: &typev1.Operand_Literal{Literal: o.Literal}}
}

func citationsPB(cs []explain.Citation) []*typev1.Citation {
	var out []*typev1.Citation
	for _, c := range cs {
		pb := &typev1.Citation{Terms: c.Terms, Revision: c.Revision, Clause: c.Clause}
		for _, r := range c.Readings {
			pb.Readings = append(pb.Readings, &typev1.ReadingUse{Reading: r.Name, Option: r.Option})
		}
		out = append(out, pb)
	}
	return out
}
