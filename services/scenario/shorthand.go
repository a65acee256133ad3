package scenario

import (
	"fmt"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/genproto/googleapis/type/decimal"
	"google.golang.org/genproto/googleapis/type/money"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Values that people write as one word: money "HKD 12.34", days, decimals.

const (
	moneyName     = "google.type.Money"
	dateName      = "google.type.Date"
	decimalName   = "google.type.Decimal"
	timestampName = "google.protobuf.Timestamp"
)

// longhand turns the shorthand of a message type into protojson's form; anything
// else passes as it is.
func longhand(name protoreflect.FullName, v any) (any, error) {
	text, ok := word(v)
	if !ok {
		return v, nil
	}
	switch name {
	case moneyName:
		return longMoney(text)
	case dateName:
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return nil, fmt.Errorf("%q is no day such as 2024-01-15", text)
		}
		return map[string]any{"year": d.Year(), "month": int(d.Month()), "day": d.Day()}, nil
	case decimalName:
		return map[string]any{"value": text}, nil
	}
	return v, nil
}

func word(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case time.Time:
		return v.Format(time.DateOnly), true
	case int, int64, float64:
		return fmt.Sprint(v), true
	}
	return "", false
}

// longMoney splits "HKD -12.345" into units and nanos without any rounding.
func longMoney(text string) (any, error) {
	cur, amount, ok := strings.Cut(text, " ")
	if !ok {
		return nil, fmt.Errorf("%q is no money such as \"HKD 12.34\"", text)
	}
	whole, frac, _ := strings.Cut(strings.TrimPrefix(amount, "-"), ".")
	if len(frac) > 9 || whole == "" || strings.Trim(whole+frac, "0123456789") != "" {
		return nil, fmt.Errorf("%q is no money such as \"HKD 12.34\"", text)
	}
	nanos := strings.TrimLeft(frac+strings.Repeat("0", 9-len(frac)), "0")
	if nanos == "" {
		nanos = "0"
	}
	sign := ""
	if strings.HasPrefix(amount, "-") {
		sign = "-"
	}
	out := map[string]any{"currencyCode": cur}
	if strings.Trim(whole, "0") != "" {
		out["units"] = sign + whole
	}
	if nanos != "0" {
		var n int64
		if _, err := fmt.Sscan(nanos, &n); err != nil {
			return nil, err
		}
		if sign != "" {
			n = -n
		}
		out["nanos"] = n
	}
	return out, nil
}

// scalar writes a message of one of the shorthand types as one word.
func scalar(m protoreflect.Message) (string, error) {
	switch x := m.Interface().(type) {
	case *money.Money:
		return MoneyText(x), nil
	case *date.Date:
		return DateText(x), nil
	case *decimal.Decimal:
		return x.GetValue(), nil
	case *timestamppb.Timestamp:
		return x.AsTime().Format(time.RFC3339Nano), nil
	case *durationpb.Duration:
		return SecondsText(x), nil
	}
	return "", fmt.Errorf("%s is no single value", m.Descriptor().FullName())
}

// MoneyText writes money as people do: "HKD 12.34"; at least two decimals.
func MoneyText(m *money.Money) string {
	if m == nil {
		return ""
	}
	units, nanos, sign := m.GetUnits(), int64(m.GetNanos()), ""
	if units < 0 || nanos < 0 {
		sign, units, nanos = "-", -units, -nanos
	}
	frac := strings.TrimRight(fmt.Sprintf("%09d", nanos), "0")
	for len(frac) < 2 {
		frac += "0"
	}
	return fmt.Sprintf("%s %s%d.%s", m.GetCurrencyCode(), sign, units, frac)
}

// DateText writes a day as 2024-01-15; empty for none.
func DateText(d *date.Date) string {
	if d.GetYear() == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.GetYear(), d.GetMonth(), d.GetDay())
}

// SecondsText writes a length of time in seconds, as JSON does: "5400s", "0.5s".
func SecondsText(d *durationpb.Duration) string {
	units, nanos, sign := d.GetSeconds(), int64(d.GetNanos()), ""
	if units < 0 || nanos < 0 {
		sign, units, nanos = "-", -units, -nanos
	}
	frac := strings.TrimRight(fmt.Sprintf("%09d", nanos), "0")
	if frac != "" {
		frac = "." + frac
	}
	return fmt.Sprintf("%s%d%ss", sign, units, frac)
}
