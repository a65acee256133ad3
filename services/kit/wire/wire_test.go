package wire_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	datepb "google.golang.org/genproto/googleapis/type/date"
	moneypb "google.golang.org/genproto/googleapis/type/money"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/wire"
)

func TestAmountsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]string{"HKD", "JPY", "KWD"}).Draw(t, "currency")
		m := money.New(currency, rapid.Int64Range(-money.MaxInput, money.MaxInput).Draw(t, "minor"))
		got, err := wire.FromMoney(wire.ToMoney(m), "price")
		if err != nil || got != m {
			t.Fatalf("%v came back as %v, %v", m, got, err)
		}
	})
	if wire.ToMoney(money.Money{}) != nil {
		t.Error("an amount without a currency is on the wire")
	}
	if got, err := wire.FromMoney(nil, "price"); err != nil || got != (money.Money{}) {
		t.Errorf("nil is %v, %v", got, err)
	}
}

func TestAmountsOnTheWire(t *testing.T) {
	for _, c := range []struct {
		minor int64
		want  *moneypb.Money
	}{
		{123, &moneypb.Money{CurrencyCode: "HKD", Units: 1, Nanos: 230_000_000}},
		{-123, &moneypb.Money{CurrencyCode: "HKD", Units: -1, Nanos: -230_000_000}},
		{-5, &moneypb.Money{CurrencyCode: "HKD", Nanos: -50_000_000}},
		{0, &moneypb.Money{CurrencyCode: "HKD"}},
	} {
		if diff := cmp.Diff(c.want, wire.ToMoney(money.New("HKD", c.minor)), protocmp.Transform()); diff != "" {
			t.Errorf("%d: %s", c.minor, diff)
		}
	}
}

func TestAmountsThatAreNone(t *testing.T) {
	for name, c := range map[string]struct {
		in            *moneypb.Money
		reason, field string
	}{
		"no currency":        {&moneypb.Money{Units: 1}, "CURRENCY_INVALID", "order.price.currency_code"},
		"unknown currency":   {&moneypb.Money{CurrencyCode: "XYZ", Units: 1}, "CURRENCY_INVALID", "order.price.currency_code"},
		"small letters":      {&moneypb.Money{CurrencyCode: "hkd", Units: 1}, "CURRENCY_INVALID", "order.price.currency_code"},
		"a whole of nanos":   {&moneypb.Money{CurrencyCode: "HKD", Nanos: 1_000_000_000}, "AMOUNT_INVALID", "order.price.nanos"},
		"a whole of debt":    {&moneypb.Money{CurrencyCode: "HKD", Nanos: -1_000_000_000}, "AMOUNT_INVALID", "order.price.nanos"},
		"signs differ":       {&moneypb.Money{CurrencyCode: "HKD", Units: 1, Nanos: -10_000_000}, "AMOUNT_INVALID", "order.price.nanos"},
		"signs differ again": {&moneypb.Money{CurrencyCode: "HKD", Units: -1, Nanos: 10_000_000}, "AMOUNT_INVALID", "order.price.nanos"},
		"a tenth of a cent":  {&moneypb.Money{CurrencyCode: "HKD", Units: 1, Nanos: 1_000_000}, "AMOUNT_INVALID", "order.price"},
		"a tenth of a yen":   {&moneypb.Money{CurrencyCode: "JPY", Units: 1, Nanos: 100_000_000}, "AMOUNT_INVALID", "order.price"},
		"one cent too many":  {&moneypb.Money{CurrencyCode: "HKD", Units: 10_000_000_000_000, Nanos: 10_000_000}, "AMOUNT_INVALID", "order.price"},
		"one cent too few":   {&moneypb.Money{CurrencyCode: "HKD", Units: -10_000_000_000_000, Nanos: -10_000_000}, "AMOUNT_INVALID", "order.price"},
		"beyond all":         {&moneypb.Money{CurrencyCode: "HKD", Units: math.MaxInt64}, "AMOUNT_INVALID", "order.price"},
		"below all":          {&moneypb.Money{CurrencyCode: "HKD", Units: math.MinInt64}, "AMOUNT_INVALID", "order.price"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := wire.FromMoney(c.in, "order.price")
			if got != (money.Money{}) {
				t.Errorf("refused and read as %v", got)
			}
			refused(t, err, c.reason, c.field)
		})
	}
}

// TestTotals: what a service has computed may be larger than what may be put in.
func TestTotals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]string{"HKD", "JPY", "KWD"}).Draw(t, "currency")
		m := money.New(currency, rapid.Int64Range(-1<<62, 1<<62).Draw(t, "minor"))
		got, err := wire.FromTotal(wire.ToMoney(m), "open")
		if err != nil || got != m {
			t.Fatalf("%v came back as %v, %v", m, got, err)
		}
	})
	for _, units := range []int64{math.MaxInt64, math.MinInt64} {
		_, err := wire.FromTotal(&moneypb.Money{CurrencyCode: "JPY", Units: units}, "open")
		refused(t, err, "AMOUNT_INVALID", "open")
	}
	_, err := wire.FromTotal(&moneypb.Money{CurrencyCode: "XYZ"}, "open")
	refused(t, err, "CURRENCY_INVALID", "open.currency_code")
}

func TestDaysComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := date.New(1970, 1, 1).AddDays(rapid.IntRange(-700_000, 2_900_000).Draw(t, "days"))
		if got, err := wire.NeedDate(wire.ToDate(d), "day"); err != nil || got != d {
			t.Fatalf("%v came back as %v, %v", d, got, err)
		}
	})
	if wire.ToDate(date.Date{}) != nil {
		t.Error("the unset day is on the wire")
	}
	if got, err := wire.FromDate(nil, "day"); err != nil || !got.IsZero() {
		t.Errorf("nil is %v, %v", got, err)
	}
}

func TestDaysThatAreNone(t *testing.T) {
	_, err := wire.NeedDate(nil, "day")
	refused(t, err, "FIELD_INVALID", "day")
	for _, d := range []*datepb.Date{
		{},
		{Year: 2024},
		{Year: 2024, Month: 2},
		{Month: 2, Day: 3},
		{Year: 2023, Month: 2, Day: 29},
		{Year: 2024, Month: 13, Day: 1},
		{Year: 2024, Month: -1, Day: 1},
		{Year: 10_000, Month: 1, Day: 1},
		{Year: math.MinInt32, Month: math.MinInt32, Day: math.MinInt32},
	} {
		got, err := wire.FromDate(d, "day")
		if !got.IsZero() {
			t.Errorf("%v is refused and read as %v", d, got)
		}
		refused(t, err, "FIELD_INVALID", "day")
	}
}

func TestInstantsComeBackInMicroseconds(t *testing.T) {
	at := time.Date(2024, 3, 5, 17, 0, 0, 123_456_789, time.FixedZone("", 8*3600))
	got, err := wire.NeedTime(wire.ToTime(at), "at")
	if want := time.Date(2024, 3, 5, 9, 0, 0, 123_456_000, time.UTC); err != nil || got != want {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if wire.ToTime(time.Time{}) != nil {
		t.Error("the zero instant is on the wire")
	}
	if got, err := wire.FromTime(nil, "at"); err != nil || !got.IsZero() {
		t.Errorf("nil is %v, %v", got, err)
	}
	_, err = wire.NeedTime(nil, "at")
	refused(t, err, "FIELD_INVALID", "at")
	for _, bad := range []*timestamppb.Timestamp{{Seconds: math.MaxInt64}, {Seconds: math.MinInt64}, {Nanos: -1}, {Nanos: 1_000_000_000}} {
		_, err := wire.FromTime(bad, "at")
		refused(t, err, "FIELD_INVALID", "at")
	}
}

func TestDecimals(t *testing.T) {
	if got := wire.ToDecimal("99.95").GetValue(); got != "99.95" {
		t.Errorf("99.95 is %q", got)
	}
	if wire.ToDecimal("") != nil {
		t.Error("nothing is on the wire")
	}
}

// TestDerivations: every kind of operand, the rounding, the unit, the note and
// the citations with their readings cross.
func TestDerivations(t *testing.T) {
	cite := explain.Citation{Terms: "cpc", Revision: "2024-01-01", Clause: "10(a)", Readings: []explain.Reading{{Name: "rounding", Option: "line"}}}
	b := explain.New(cite)
	part := b.Mul(b.Fact("fee", ratio.Int(100)).In("HKD"), b.Literal(ratio.Of(6, 31)))
	sum := b.Round(part, 2, "HALF_UP").Note("per line")
	got := wire.ToExplanation(b.Explanation(sum))

	cites := []*typev1.Citation{{Terms: "cpc", Revision: "2024-01-01", Clause: "10(a)", Readings: []*typev1.ReadingUse{{Reading: "rounding", Option: "line"}}}}
	if len(got.GetSteps()) != 2 || got.GetResult() != got.GetSteps()[1].GetId() {
		t.Fatalf("got %v", got)
	}
	mul, round := got.GetSteps()[0], got.GetSteps()[1]
	want := []*typev1.Step{
		{
			Id: mul.GetId(), Operation: "MUL", Value: "600/31", Unit: mul.GetUnit(),
			Operands: []*typev1.Operand{
				{Kind: &typev1.Operand_Fact{Fact: &typev1.Fact{Name: "fee", Value: "100"}}},
				{Kind: &typev1.Operand_Literal{Literal: "6/31"}},
			},
		},
		{
			Id: round.GetId(), Operation: "ROUND", Value: "387/20", Unit: round.GetUnit(), Note: "per line", Citations: cites,
			Operands: []*typev1.Operand{{Kind: &typev1.Operand_Step{Step: mul.GetId()}}},
			Rounding: &typev1.RoundingRule{Mode: "HALF_UP", Places: 2},
		},
	}
	if diff := cmp.Diff(want, got.GetSteps(), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if wire.ToExplanation(explain.Explanation{}) != nil || wire.ToCitations(nil) != nil {
		t.Error("an empty derivation is on the wire")
	}
}

// refused fails the test unless err has the reason and names the one field.
func refused(t *testing.T, err error, reason, field string) {
	t.Helper()
	if !fault.Is(err, reason) {
		t.Errorf("%v, want %s", err, reason)
		return
	}
	if f := fault.From(err); len(f.Fields) != 1 || f.Fields[0].Path != field || f.Fields[0].Description == "" {
		t.Errorf("%+v, want the field %s", f.Fields, field)
	}
}
