// Package ratio is exact rational arithmetic: no figure of a contract is ever
// approximated before the clause that names its rounding.
package ratio

import (
	"math/big"
	"strings"

	"cloudpact.dev/services/figures"
)

// MaxText is the longest text, in bytes, that Parse reads.
const MaxText = 4096

// Ratio is an exact fraction. It is immutable and its zero value is 0.
// Compare with Cmp or Equal: == compares identity, not value.
type Ratio struct{ r *big.Rat }

var zero = new(big.Rat)

func (a Ratio) rat() *big.Rat {
	if a.r == nil {
		return zero
	}
	return a.r
}

// Int is the whole number n.
func Int(n int64) Ratio { return Ratio{new(big.Rat).SetInt64(n)} }

// Of is n/d in lowest terms. It panics when d is zero.
func Of(n, d int64) Ratio {
	if d == 0 {
		panic("ratio: denominator is zero")
	}
	return Ratio{big.NewRat(n, d)}
}

// Parse reads "6/31", "0.015" or "-3". Exponents, signs other than a leading
// minus, spaces and group separators are refused.
func Parse(s string) (Ratio, error) {
	if len(s) > MaxText {
		return Ratio{}, figures.Refuse("BAD_RATIO", s, "write at most 4096 characters")
	}
	body := strings.TrimPrefix(s, "-")
	num, den, slash := strings.Cut(body, "/")
	whole, frac, point := strings.Cut(body, ".")
	ok := digits(body)
	switch {
	case slash:
		ok = digits(num) && digits(den) && strings.Trim(den, "0") != ""
	case point:
		ok = digits(whole) && digits(frac)
	}
	if !ok {
		return Ratio{}, figures.Refuse("BAD_RATIO", s, `write a whole number "-3", a decimal "0.015" or a fraction "6/31"`)
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return Ratio{}, figures.Refuse("BAD_RATIO", s, `write a whole number "-3", a decimal "0.015" or a fraction "6/31"`)
	}
	return Ratio{r}, nil
}

// MustParse is Parse for constants; it panics on a bad text.
func MustParse(s string) Ratio {
	r, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return r
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// Add is a + b.
func (a Ratio) Add(b Ratio) Ratio { return Ratio{new(big.Rat).Add(a.rat(), b.rat())} }

// Sub is a - b.
func (a Ratio) Sub(b Ratio) Ratio { return Ratio{new(big.Rat).Sub(a.rat(), b.rat())} }

// Mul is a x b.
func (a Ratio) Mul(b Ratio) Ratio { return Ratio{new(big.Rat).Mul(a.rat(), b.rat())} }

// Div is a / b. It panics when b is zero: the caller decides what a division
// by nothing means in its clause.
func (a Ratio) Div(b Ratio) Ratio {
	if b.IsZero() {
		panic("ratio: division by zero")
	}
	return Ratio{new(big.Rat).Quo(a.rat(), b.rat())}
}

// Neg is -a.
func (a Ratio) Neg() Ratio { return Ratio{new(big.Rat).Neg(a.rat())} }

// Abs is a without its sign.
func (a Ratio) Abs() Ratio { return Ratio{new(big.Rat).Abs(a.rat())} }

// Pow is a multiplied n times, n >= 0; Pow(0) is 1. It panics when n is negative.
func (a Ratio) Pow(n int) Ratio {
	if n < 0 {
		panic("ratio: negative power")
	}
	e := big.NewInt(int64(n))
	num := new(big.Int).Exp(a.rat().Num(), e, nil)
	den := new(big.Int).Exp(a.rat().Denom(), e, nil)
	return Ratio{new(big.Rat).SetFrac(num, den)}
}

// Cmp is -1, 0 or +1 as a is less than, equal to or greater than b.
func (a Ratio) Cmp(b Ratio) int { return a.rat().Cmp(b.rat()) }

// Equal tells whether a and b are the same number.
func (a Ratio) Equal(b Ratio) bool { return a.Cmp(b) == 0 }

// Sign is -1, 0 or +1.
func (a Ratio) Sign() int { return a.rat().Sign() }

// IsZero tells whether a is 0.
func (a Ratio) IsZero() bool { return a.Sign() == 0 }

// IsInt tells whether a is a whole number.
func (a Ratio) IsInt() bool { return a.rat().IsInt() }

// Int64 is a as a whole number; false when a is not one or does not fit.
func (a Ratio) Int64() (int64, bool) {
	if !a.IsInt() || !a.rat().Num().IsInt64() {
		return 0, false
	}
	return a.rat().Num().Int64(), true
}

// Bits is the size of the larger of numerator and denominator, in bits.
func (a Ratio) Bits() int { return max(a.rat().Num().BitLen(), a.rat().Denom().BitLen()) }

// Num is a copy of the numerator in lowest terms; it carries the sign.
func (a Ratio) Num() *big.Int { return new(big.Int).Set(a.rat().Num()) }

// Denom is a copy of the denominator in lowest terms; it is at least 1.
func (a Ratio) Denom() *big.Int { return new(big.Int).Set(a.rat().Denom()) }

// String is "n/d" in lowest terms, or "n" when a is whole. Parse reads it back.
func (a Ratio) String() string { return a.rat().RatString() }

// MarshalText is String.
func (a Ratio) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText is Parse.
func (a *Ratio) UnmarshalText(b []byte) error {
	r, err := Parse(string(b))
	if err != nil {
		return err
	}
	*a = r
	return nil
}

// Max is the greater of a and b.
func Max(a, b Ratio) Ratio {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}

// Min is the lesser of a and b.
func Min(a, b Ratio) Ratio {
	if b.Cmp(a) < 0 {
		return b
	}
	return a
}

// Sum is the total of all; 0 for none.
func Sum(all ...Ratio) Ratio {
	t := new(big.Rat)
	for _, a := range all {
		t.Add(t, a.rat())
	}
	return Ratio{t}
}
