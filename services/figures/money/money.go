// Package money is an amount in minor units with its currency.
package money

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"cloudpact.dev/services/figures"
	"cloudpact.dev/services/figures/ratio"
)

// MaxInput is the largest amount, in minor units and without sign, that Parse
// accepts. Sums may be larger.
const MaxInput = 1_000_000_000_000_000

// Money is an amount in the minor unit of its currency (cents for HKD). The
// zero value is "no amount": it has no currency and changes nothing when added.
type Money struct {
	Currency string // ISO 4217 code, for example "HKD"
	Minor    int64
}

// New is an amount of minor units. It panics on an unknown currency: check
// foreign input with Exponent or Parse.
func New(cur string, minor int64) Money {
	mustExponent(cur)
	return Money{Currency: cur, Minor: minor}
}

// Zero is nothing, in a currency.
func Zero(cur string) Money { return New(cur, 0) }

// Parse reads a decimal in major units, such as "1234.5" or "-3". It refuses an
// unknown currency, more decimal places than the currency has, and more than
// MaxInput minor units.
func Parse(cur, decimal string) (Money, error) {
	exp, ok := Exponent(cur)
	if !ok {
		return Money{}, figures.Refuse("UNKNOWN_CURRENCY", cur, `use an ISO 4217 code such as "HKD"`)
	}
	body, negative := strings.CutPrefix(decimal, "-")
	whole, frac, point := strings.Cut(body, ".")
	if !digits(whole) || (point && !digits(frac)) {
		return Money{}, figures.Refuse("BAD_AMOUNT", decimal, `write a plain decimal such as "1234.50"`)
	}
	if len(frac) > exp {
		return Money{}, figures.Refuse("AMOUNT_TOO_PRECISE", decimal, fmt.Sprintf("%s has %d decimal places", cur, exp))
	}
	all := strings.TrimLeft(whole+frac+strings.Repeat("0", exp-len(frac)), "0")
	if len(all) > 16 {
		return Money{}, tooLarge(decimal)
	}
	minor, _ := strconv.ParseInt("0"+all, 10, 64) // at most 17 digits: cannot fail
	if minor > MaxInput {
		return Money{}, tooLarge(decimal)
	}
	if negative {
		minor = -minor
	}
	return Money{Currency: cur, Minor: minor}, nil
}

func tooLarge(decimal string) error {
	return figures.Refuse("AMOUNT_TOO_LARGE", decimal, "use at most 10^15 minor units")
}

// ParseText reads what String writes: "HKD 1.23".
func ParseText(s string) (Money, error) {
	cur, decimal, ok := strings.Cut(s, " ")
	if !ok {
		return Money{}, figures.Refuse("BAD_AMOUNT", s, `write currency and amount, such as "HKD 1.23"`)
	}
	return Parse(cur, decimal)
}

// MustParse is Parse for constants; it panics on a bad text.
func MustParse(cur, decimal string) Money {
	m, err := Parse(cur, decimal)
	if err != nil {
		panic(err)
	}
	return m
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// FromRatio rounds an amount in major units to the minor unit of its currency.
// It panics when the amount does not fit.
func FromRatio(cur string, major ratio.Ratio, m ratio.Mode) Money {
	return Money{Currency: cur, Minor: major.Mul(scale(cur)).RoundInt(m)}
}

// Ratio is the exact amount in major units: HKD 1.23 is 123/100.
func (a Money) Ratio() ratio.Ratio {
	if a == (Money{}) {
		return ratio.Ratio{}
	}
	return ratio.Int(a.Minor).Div(scale(a.Currency))
}

// scales is the number of minor units in one major unit, by decimal places.
var scales = [...]ratio.Ratio{ratio.Int(1), ratio.Int(10), ratio.Int(100), ratio.Int(1000), ratio.Int(10000)}

func scale(cur string) ratio.Ratio { return scales[mustExponent(cur)] }

// Add is a + b. Different currencies and overflow panic: both mean that a
// check upstream is missing.
func (a Money) Add(b Money) Money {
	cur := common(a, b)
	if (b.Minor > 0 && a.Minor > math.MaxInt64-b.Minor) || (b.Minor < 0 && a.Minor < math.MinInt64-b.Minor) {
		panic(fmt.Sprintf("money: overflow adding %d and %d %s", a.Minor, b.Minor, cur))
	}
	return Money{Currency: cur, Minor: a.Minor + b.Minor}
}

// Sub is a - b, with the panics of Add.
func (a Money) Sub(b Money) Money { return a.Add(b.Neg()) }

// Neg is -a.
func (a Money) Neg() Money {
	if a.Minor == math.MinInt64 {
		panic("money: overflow negating an amount")
	}
	return Money{Currency: a.Currency, Minor: -a.Minor}
}

// Abs is a without its sign.
func (a Money) Abs() Money {
	if a.Minor < 0 {
		return a.Neg()
	}
	return a
}

// Cmp is -1, 0 or +1. Different currencies panic.
func (a Money) Cmp(b Money) int {
	common(a, b)
	switch {
	case a.Minor < b.Minor:
		return -1
	case a.Minor > b.Minor:
		return 1
	}
	return 0
}

// Sign is -1, 0 or +1.
func (a Money) Sign() int {
	switch {
	case a.Minor < 0:
		return -1
	case a.Minor > 0:
		return 1
	}
	return 0
}

// IsZero tells whether the amount is nothing, whatever its currency.
func (a Money) IsZero() bool { return a.Minor == 0 }

// Sum adds all in one currency.
func Sum(cur string, all ...Money) Money {
	total := Zero(cur)
	for _, m := range all {
		total = total.Add(m)
	}
	return total
}

// Max is the greater of a and b.
func Max(a, b Money) Money {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}

// Min is the lesser of a and b.
func Min(a, b Money) Money {
	if b.Cmp(a) < 0 {
		return b
	}
	return a
}

func common(a, b Money) string {
	switch {
	case a == Money{}:
		return b.Currency
	case b == Money{} || a.Currency == b.Currency:
		return a.Currency
	}
	panic("money: " + strconv.Quote(a.Currency) + " and " + strconv.Quote(b.Currency) + " in one sum")
}

// Decimal is the amount in major units with all places of its currency: "1.23".
func (a Money) Decimal() string {
	if a == (Money{}) {
		return "0"
	}
	return a.Ratio().Decimal(mustExponent(a.Currency), ratio.Down)
}

// String is "HKD 1.23"; the zero value is "0".
func (a Money) String() string {
	if a == (Money{}) {
		return "0"
	}
	return a.Currency + " " + a.Decimal()
}

type wire struct {
	Currency string `json:"currency"`
	Minor    string `json:"minor"`
}

// MarshalJSON is {"currency":"HKD","minor":"123"}; the amount is a string since
// JSON readers may hold numbers as floats.
func (a Money) MarshalJSON() ([]byte, error) {
	return json.Marshal(wire{a.Currency, strconv.FormatInt(a.Minor, 10)})
}

// UnmarshalJSON reads what MarshalJSON writes and refuses anything else.
func (a *Money) UnmarshalJSON(b []byte) error {
	var w wire
	if err := json.Unmarshal(b, &w); err != nil {
		return figures.Refuse("BAD_AMOUNT", string(b), `write {"currency":"HKD","minor":"123"}`)
	}
	minor, err := strconv.ParseInt(w.Minor, 10, 64)
	if err != nil {
		return figures.Refuse("BAD_AMOUNT", w.Minor, "write minor units as a whole number in a string")
	}
	if _, ok := Exponent(w.Currency); !ok && (w.Currency != "" || minor != 0) {
		return figures.Refuse("UNKNOWN_CURRENCY", w.Currency, `use an ISO 4217 code such as "HKD"`)
	}
	*a = Money{Currency: w.Currency, Minor: minor}
	return nil
}
